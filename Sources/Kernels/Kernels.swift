import KernelTypes

/// The kernels of the instruction set that this module is compiled for.
///
/// The other files of this folder add the functions that `KernelSet` requires. To add a kernel, declare it in
/// `KernelSet` and implement it here.
public enum Kernels: KernelSet {
    /// The instruction set that this module is compiled for.
    public static var instructionSet: InstructionSet { compiledInstructionSet }

    /// The number of columns of a panel.
    @inline(__always) public static var panelWidth: Int { 2 * laneCount }
}

/// The number of columns of a panel: a row of a panel is two vectors side by side.
@inline(__always) var panelWidth: Int { Kernels.panelWidth }

/// The number of lanes of a vector.
@inline(__always) var laneCount: Int { Lanes.scalarCount }

/// Returns the number of panels that hold `width` columns.
@inline(__always) func panelCount(_ width: Int) -> Int { (width + panelWidth - 1) / panelWidth }
