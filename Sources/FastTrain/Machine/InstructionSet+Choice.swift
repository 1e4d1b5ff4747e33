import KernelDispatch
import KernelTypes
import Platform

/// An instruction set that the hot path is compiled for.
package typealias InstructionSet = KernelTypes.InstructionSet

extension InstructionSet {
    /// Returns the instruction set to use: the one that the environment variable `FASTTRAIN_ISA` names, or the best one
    /// that this CPU supports if the variable is unset or empty.
    ///
    /// - Throws: A usage error if the variable names no instruction set, or one that this CPU does not support.
    @_spi(Benchmarks) public static func chosen() throws(FastTrainError) -> KernelTypes.InstructionSet {
        guard let name = requested else { return best }
        let supported = allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
        guard let choice = InstructionSet(rawValue: name) else {
            throw .invalidSetting(name: "FASTTRAIN_ISA", expected: "one of \(supported)", found: "'\(name)'")
        }
        guard choice.isSupported else {
            throw .unsuitableSetting(
                name: "FASTTRAIN_ISA", reason: "FASTTRAIN_ISA: this CPU does not have \(name); it has \(supported)")
        }
        return choice
    }

    /// Returns the instruction set to use for training in a precision.
    ///
    /// Kernels without bf16 instructions compute the same bits more slowly than single precision. They are therefore
    /// used for bf16 only if `FASTTRAIN_ISA` names their instruction set.
    ///
    /// - Throws: `.invalidSetting` for bf16 on a CPU without instructions for it, and any error of `chosen()`.
    static func chosen(for precision: Precision) throws(FastTrainError) -> InstructionSet {
        let choice = try chosen()
        guard precision == .f32 || choice.hasBF16 || requested != nil else {
            throw .invalidSetting(
                name: "precision", expected: "f32 because this CPU has no bf16 instructions (AVX512_BF16)",
                found: "bf16; FASTTRAIN_ISA=\(best.rawValue) computes the same bits without them, more slowly")
        }
        return choice
    }

    /// The value of `FASTTRAIN_ISA`; `nil` if the variable is unset or empty.
    private static var requested: String? { Machine.environment("FASTTRAIN_ISA") }
}
