extension DataSplit {
    /// Returns the first `count` features of a row as stored; bytes are not scaled.
    package func feature(_ row: Int, of count: Int) -> [Double] {
        defer { extendLifetime(self) }
        let places = row * count..<(row + 1) * count
        return switch features {
        case .u8(let bytes, _): places.map { Double(bytes[$0]) }
        case .f32(let values): places.map { Double(values[$0]) }
        }
    }

    /// Returns the class of a row, or the value of a target.
    package func target(_ row: Int, output: Int) -> Double {
        defer { extendLifetime(self) }
        if case .values(let values, let outputs) = targets { return Double(values[row * outputs + output]) }
        return Double(label(row))
    }
}
