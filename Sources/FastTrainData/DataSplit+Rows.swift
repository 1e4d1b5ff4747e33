extension DataSplit {
    /// Returns the features of a row as stored; bytes are not scaled.
    package func features(of row: Int) -> [Double] {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        defer { extendLifetime(self) }
        let places = row * featureCount..<(row + 1) * featureCount
        return switch features {
        case .u8(let bytes, _): places.map { Double(bytes[$0]) }
        case .f32(let values): places.map { Double(values[$0]) }
        }
    }

    /// Returns the class of a row, or the value of a target.
    package func target(_ row: Int, output: Int) -> Double {
        precondition(row >= 0 && row < count && output >= 0 && output < outputCount, "row \(row), output \(output)")
        defer { extendLifetime(self) }
        if case .values(let values, let outputs) = targets { return Double(values[row * outputs + output]) }
        return Double(label(row))
    }
}
