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
}
