import Platform
import Synchronization

/// The memory of one call at a time.
///
/// `@unchecked Sendable`: only the call that took it uses it.
final class PredictorMemory: @unchecked Sendable {
    let single: SingleRow
    /// The memory for several rows at once, made when it is needed first.
    private(set) lazy var batch = RowBatch(network, dense: dense)
    private let network: ForwardPass
    private let dense: StepPlan

    /// Creates memory.
    ///
    /// - Parameters:
    ///   - network: The network, planned for sparse features.
    ///   - dense: The plan for dense features.
    init(_ network: ForwardPass, dense: StepPlan) {
        self.network = network
        self.dense = dense
        single = SingleRow(network)
    }
}

/// Memory for calls that run at the same time, without locks.
///
/// Each slot has a cache line of its own. A thread tries the slot that its number leads to first, so that threads
/// seldom meet, and then the next ones. Memory is made when a slot is taken for the first time. If all slots are taken,
/// which takes more threads in calls than there are slots, a call makes memory for itself.
///
/// `@unchecked Sendable`: only the holder of a slot touches its memory, between an acquiring and a releasing access.
final class PredictorPool: @unchecked Sendable {
    fileprivate struct Slot: ~Copyable {
        let isTaken = Atomic<Bool>(false)
        var memory: PredictorMemory?
    }

    /// Memory that a call has taken.
    struct Loan {
        let memory: PredictorMemory
        /// The slot; `nil` if the memory belongs to none.
        fileprivate let slot: UnsafeMutablePointer<Slot>?
    }

    /// Two cache lines, which the hardware may prefetch together.
    private static let stride = 128
    private let slots: UnsafeMutableRawPointer
    private let count: Int
    private let make: @Sendable () -> PredictorMemory

    /// Creates a pool.
    ///
    /// - Parameters:
    ///   - slots: The least number of slots.
    ///   - make: Makes the memory of a slot.
    init(slots least: Int, make: @escaping @Sendable () -> PredictorMemory) {
        var count = 16
        while count < least { count *= 2 }
        self.count = count
        self.make = make
        slots = .allocate(byteCount: count * Self.stride, alignment: Self.stride)
        for index in 0..<count { slot(index).initialize(to: Slot()) }
    }

    deinit {
        for index in 0..<count { slot(index).deinitialize(count: 1) }
        slots.deallocate()
    }

    private func slot(_ index: Int) -> UnsafeMutablePointer<Slot> {
        (slots + index * Self.stride).assumingMemoryBound(to: Slot.self)
    }

    /// Takes memory, which `giveBack` returns.
    func take() -> Loan {
        // The numbers of threads are addresses, which differ in the middle bits.
        let number = UInt64(ft_thread_number()) &* 0x9e37_79b9_7f4a_7c15
        var index = Int(truncatingIfNeeded: number >> 32) & (count - 1)
        for _ in 0..<count {
            let slot = slot(index)
            if !slot.pointee.isTaken.load(ordering: .relaxed)
                && !slot.pointee.isTaken.exchange(true, ordering: .acquiring)
            {
                if let memory = slot.pointee.memory { return Loan(memory: memory, slot: slot) }
                let memory = make()
                slot.pointee.memory = memory
                return Loan(memory: memory, slot: slot)
            }
            index = (index + 1) & (count - 1)
        }
        return Loan(memory: make(), slot: nil)
    }

    func giveBack(_ loan: Loan) { loan.slot?.pointee.isTaken.store(false, ordering: .releasing) }
}
