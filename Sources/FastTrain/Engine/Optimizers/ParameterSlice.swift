/// Consecutive numbers of the packed parameters with their gradient.
struct ParameterSlice {
    /// The parameters, updated in place.
    let parameters: UnsafeMutablePointer<Float>
    /// The gradient of the minibatch's mean loss.
    let gradient: UnsafePointer<Float>
    /// The position of the slice in the packed layout.
    let offset: Int
    /// The number of parameters, a multiple of 16.
    let count: Int
}
