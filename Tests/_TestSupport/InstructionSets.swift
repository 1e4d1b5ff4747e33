import KernelDispatch

/// The kernels of every instruction set that this CPU has. Says loudly which are missing, once a test that asks.
public func supportedKernels(_ test: String = #function) -> [KernelTable] {
    for missing in InstructionSet.allCases where !missing.isSupported {
        print("SKIPPED: \(test) for \(missing.rawValue): this CPU does not have it")
    }
    return InstructionSet.allCases.filter(\.isSupported).map { KernelTable.table(for: $0) }
}
