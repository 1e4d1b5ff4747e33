import FastTrain

/// The settings of a search as a short table, shown before it starts.
struct SearchCard {
    private let search: Search

    init(_ search: Search) {
        self.search = search
    }

    func text(style: Style) -> String {
        var table = TextTable([.left, .left], gap: 3)
        for (name, value) in rows { table.add([TextTable.Cell(name, style.dim), TextTable.Cell(value.printable)]) }
        return table.lines.joined(separator: "\n")
    }

    private var rows: [(String, String)] {
        let epochs = Format.count(search.recipe.epochs, "epoch")
        let most = search.method == .hyperband ? "up to \(epochs)" : epochs
        var rows = [
            ("data", "\(search.data.name), \(search.data.summary)"),
            ("search", "\(search.method.rawValue), \(Format.count(search.trials, "trial")) of \(most)"),
            ("chosen by", toldBy), ("seed", "\(search.recipe.seed)"),
            ("threads", "\(Format.integer(search.threads)), trials side by side"),
        ]
        if let time = search.time { rows.append(("time", Format.duration(time))) }
        if let output = search.output { rows.append(("output", output)) }
        let names = search.space.dimensions.map(\.name)
        for (index, dimension) in search.space.dimensions.enumerated() {
            rows.append((index == 0 ? "varies" : "", "\(names[index]): \(text(dimension.values))"))
        }
        return rows
    }

    private var toldBy: String {
        let rows =
            search.folds.map { "\($0) folds" }
            ?? "\(Format.percent(search.recipe.validation, 0)) of the training rows"
        return "\(search.recipe.monitor.rawValue) on \(rows)"
    }

    private func text(_ values: SearchSpace.Values) -> String {
        switch values {
        case .list(let list): list.map { $0.text.filter { $0 != "\"" } }.joined(separator: " ")
        case .range(let low, let high, let isLogarithmic, _):
            "\(Format.setting(low)) to \(Format.setting(high))\(isLogarithmic ? ", logarithmic" : "")"
        }
    }
}
