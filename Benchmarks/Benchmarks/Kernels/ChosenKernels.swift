import FastTrain
import KernelDispatch

/// The kernels that training would use: the best that the CPU has, or what `FASTTRAIN_ISA` names.
func chosenKernels() -> KernelTable {
    do {
        return .table(for: try InstructionSet.chosen())
    } catch {
        fatalError("\(error)")
    }
}
