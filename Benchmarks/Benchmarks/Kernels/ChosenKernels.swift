import FastTrain
import KernelDispatch
import KernelTypes

/// The kernels that training would use: the best that the CPU has, or what `FASTTRAIN_ISA` names.
func chosenKernels() -> KernelTable {
    do {
        return try InstructionSet.chosen().kernels
    } catch {
        fatalError("\(error)")
    }
}
