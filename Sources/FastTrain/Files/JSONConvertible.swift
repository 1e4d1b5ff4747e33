/// A recipe's choices stand in files by their names.
extension Activation: JSONConvertible {}
extension Normalization: JSONConvertible {}
extension Loss: JSONConvertible {}
extension Optimizer: JSONConvertible {}
extension Schedule: JSONConvertible {}
extension Precision: JSONConvertible {}
extension Monitor: JSONConvertible {}
