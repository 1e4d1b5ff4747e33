extension FileDescription {
    /// The maximum number of classes, tensors, columns and metadata entries that `text` lists. `json` lists all of
    /// them.
    private static let maxLines = 100
    /// The maximum number of characters of a name or a metadata value that `text` shows.
    private static let maxCharacters = 200

    /// Several lines for people, each ending with a newline. Control characters from the file are escaped (see
    /// `printable`).
    package var text: String {
        var text = "\(path.printable): \(kind.rawValue), \(Format.integer(byteCount)) bytes"
        text += digest.map { ", intact (\($0))" } ?? ", no digest"
        text += "\n"
        if let dataset { text += dataset.summary + "\n" }
        if let parameterCount { text += "\(Format.integer(parameterCount)) parameters\n" }
        if let window = preprocessing?.window {
            let rows = window.horizon == 1 ? "1 row" : "\(Format.integer(window.horizon)) rows"
            text += "windows of \(Format.integer(window.length)) rows, target \(rows) later\n"
        }
        for table in [dataset.flatMap(classTable), columnTable, tensorTable] {
            if let table { text += "\n" + Self.aligned(table) }
        }
        if !metadata.isEmpty {
            let entries = metadata.filter { preprocessing == nil || $0.key != Preprocessing.key }
            let rows = Self.rows(entries.sorted { $0.key < $1.key }) {
                [Self.shortened($0.key), Self.shortened($0.value)]
            }
            text += "\n" + Self.aligned([["metadata", "value"]] + rows)
        }
        return text
    }

    private var tensorTable: [[String]]? {
        if tensors.isEmpty { return nil }
        return [["tensor", "type", "shape", "bytes"]]
            + Self.rows(tensors) {
                let shape = $0.shape.map(String.init).joined(separator: "×")
                return [Self.shortened($0.name), $0.type.rawValue, Self.shortened(shape), Format.integer($0.byteCount)]
            }
    }

    /// One line for each column of the table that the data set was made from, or that the model takes.
    private var columnTable: [[String]]? {
        guard let preprocessing else { return nil }
        let columns = Self.rows(preprocessing.columns) { column in
            let name = Self.shortened(column.name)
            switch column.kind {
            case .number(let scale, let fill, let isMarked):
                let filled = fill.map { "; \($0) if missing\(isMarked ? ", marked" : "")" } ?? ""
                return [name, "number, \(Self.text(scale))\(filled)"]
            case .categories(let values, let isMarked):
                let shown = values.prefix(5).joined(separator: ", ") + (values.count > 5 ? ", …" : "")
                let marked = isMarked ? "; missing is another one" : ""
                return [name, "\(Format.integer(values.count)) categories: \(Self.shortened(shown))\(marked)"]
            }
        }
        let targets = Self.rows(preprocessing.targets) { target in
            let isClass =
                dataset.map { if case .classification = $0.task { true } else { false } }
                ?? (metadata["classes"] != nil)
            return [
                Self.shortened(target.name), isClass ? "target, classes" : "target, \(Self.text(target.scale))",
            ]
        }
        return [["column", "becomes"]] + columns + targets
    }

    private static func text(_ scale: Preprocessing.Scale) -> String {
        scale == .identity ? "unscaled" : "minus \(scale.offset), divided by \(scale.divisor)"
    }

    /// The number of rows in each class, for training and testing.
    private func classTable(_ dataset: Dataset) -> [[String]]? {
        guard case .classification(let classes) = dataset.task else { return nil }
        let train = dataset.train.labelCounts
        let test = dataset.test?.labelCounts
        let rows = Self.rows(classes.indices) { index in
            [Self.shortened(classes[index]), Format.integer(train[index])]
                + (test.map { [Format.integer($0[index])] } ?? [])
        }
        return [["class", "training"] + (test == nil ? [] : ["test"])] + rows
    }

    /// Returns a line for each item, up to the maximum.
    private static func rows<Item>(_ items: some Collection<Item>, _ row: (Item) -> [String]) -> [[String]] {
        items.prefix(maxLines).map(row)
            + (items.count > maxLines ? [["… and \(Format.integer(items.count - maxLines)) more"]] : [])
    }

    private static func shortened(_ value: String) -> String {
        let start = String(String.UnicodeScalarView(value.unicodeScalars.prefix(maxCharacters)))
        let line = String(start.map { $0.isNewline ? " " : $0 }).printable
        return line + (start.utf8.count < value.utf8.count ? "…" : "")
    }

    /// Returns columns of equal width, separated by two spaces.
    private static func aligned(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count - 1 ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.indices.map { column in
                let gap = column < row.count - 1 ? widths[column] + 2 - row[column].count : 0
                return row[column] + String(repeating: " ", count: gap)
            }.joined() + "\n"
        }.joined()
    }
}
