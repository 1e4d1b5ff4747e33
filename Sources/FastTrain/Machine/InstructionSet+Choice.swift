import Glibc
import KernelDispatch

/// The instruction sets that the hot path is built for.
public typealias InstructionSet = KernelDispatch.InstructionSet

extension InstructionSet {
    /// The one that runs use: the best that the CPU has, or what the environment variable `FASTTRAIN_ISA` names.
    ///
    /// Throws `.usage` when that is none of them, or one that this CPU has not.
    public static func chosen() throws(FastTrainError) -> InstructionSet {
        guard let variable = getenv("FASTTRAIN_ISA") else { return best }
        let name = String(cString: variable)
        let supported = allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
        guard let choice = InstructionSet(rawValue: name) else {
            throw .usage("FASTTRAIN_ISA: expected one of \(supported), found '\(name)'")
        }
        guard choice.isSupported else {
            throw .usage("FASTTRAIN_ISA: this CPU does not have \(name); it has \(supported)")
        }
        return choice
    }

    /// As `chosen`, for training in a precision.
    ///
    /// Throws `.usage` in bf16 on a CPU without instructions for it, where it would be slower than single precision.
    /// Where `FASTTRAIN_ISA` names a set, its kernels do without, and yield the same bits.
    static func chosen(for precision: Precision) throws(FastTrainError) -> InstructionSet {
        let choice = try chosen()
        guard precision == .f32 || choice.hasBF16 || getenv("FASTTRAIN_ISA") != nil else {
            throw .usage(
                "--precision: expected f32, as this CPU has no instructions for bf16 (AVX512_BF16), found bf16; with "
                    + "FASTTRAIN_ISA=\(best.rawValue) it does without, slower, to the same bits")
        }
        return choice
    }
}
