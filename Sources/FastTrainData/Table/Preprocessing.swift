/// The transformation of table columns into the features and targets of a data set.
///
/// It is stored in the data set and in the models trained on it, so that a model accepts rows of the original table.
package struct Preprocessing: Sendable, Equatable {
    /// The columns that features are made from, in the order of the features.
    package var columns: [Column]
    /// The columns to predict.
    package var targets: [Target]
    /// For a time series, the rows that a row of features is made from. `nil` means that each row of the table is
    /// independent.
    package var window: Window?

    /// Creates a preprocessing from its columns, targets and, for a time series, its window.
    package init(columns: [Column], targets: [Target], window: Window? = nil) {
        self.columns = columns
        self.targets = targets
        self.window = window
    }

    /// An affine transformation: a number x becomes (x − offset) / divisor.
    package struct Scale: Sendable, Equatable {
        /// The mean for standardization, or the minimum for min-max scaling.
        package var offset: Double
        /// The standard deviation (of the population) or the range, or 1 if that is 0. Always above 0.
        package var divisor: Double

        /// The scale that leaves numbers unchanged.
        package static let identity = Scale(offset: 0, divisor: 1)

        /// Creates a scale from its offset and divisor.
        package init(offset: Double, divisor: Double) {
            self.offset = offset
            self.divisor = divisor
        }

        /// Returns the number in the data set for a number in the table.
        package func apply(_ value: Double) -> Double { (value - offset) / divisor }

        /// Returns the number in the table for a number in the data set.
        package func invert(_ value: Double) -> Double { value * divisor + offset }
    }

    /// A column that features are made from.
    package struct Column: Sendable, Equatable {
        /// The name in the table.
        package var name: String
        /// How the fields become features.
        package var kind: Kind

        /// Creates a column from its name and kind.
        package init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }

        /// How the fields of a column become features.
        package enum Kind: Sendable, Equatable {
            /// A column of numbers, which becomes one feature.
            ///
            /// Missing numbers are replaced by `fill`, or not allowed if it is `nil`. If `isMarked`, there is one more
            /// feature that is 1 where the number is missing and 0 elsewhere.
            case number(Scale, fill: Double?, isMarked: Bool)
            /// A column of categories, each of which becomes a feature that is 1 where the field is that text and 0
            /// elsewhere.
            ///
            /// If `isMarked`, there is one more feature that is 1 where the text is missing.
            case categories([String], isMarked: Bool)
        }

        /// The number of features made from the column.
        package var featureCount: Int {
            switch kind {
            case .number(_, _, let isMarked): isMarked ? 2 : 1
            case .categories(let values, let isMarked): values.count + (isMarked ? 1 : 0)
            }
        }

        /// The names of the features: `age` and `age=(missing)`, or `city=Rome` and `city=(missing)`.
        var featureNames: [String] {
            let mark = ["\(name)=(missing)"]
            switch kind {
            case .number(_, _, let isMarked): return [name] + (isMarked ? mark : [])
            case .categories(let values, let isMarked): return values.map { "\(name)=\($0)" } + (isMarked ? mark : [])
            }
        }
    }

    /// A column to predict.
    package struct Target: Sendable, Equatable {
        /// The name in the table.
        package var name: String
        /// The scale of numbers. Classes have the scale `identity`.
        package var scale: Scale

        /// Creates a target from its name and scale.
        package init(name: String, scale: Scale = .identity) {
            self.name = name
            self.scale = scale
        }
    }

    /// The rows of a time series that belong together: `length` rows, the last at time t, and the target at time t +
    /// `horizon`.
    package struct Window: Sendable, Equatable {
        /// The number of rows whose columns form a row of features, oldest first; at least 1.
        package var length: Int
        /// The number of rows from the last row of the window to the row of the target; at least 1.
        package var horizon: Int

        /// Creates a window from its length and horizon.
        package init(length: Int, horizon: Int) {
            self.length = length
            self.horizon = horizon
        }
    }

    /// The number of features of a row.
    package var featureCount: Int { columns.reduce(0) { $0 + $1.featureCount } * (window?.length ?? 1) }

    /// The names of the features, such as `age` and `city=Rome`, or `close[-2]`, `close[-1]` and `close[0]` for a time
    /// series.
    package var featureNames: [String] {
        let names = columns.flatMap(\.featureNames)
        guard let window else { return names }
        return (1 - window.length...0).flatMap { time in names.map { "\($0)[\(time)]" } }
    }

    /// The names of the targets, such as `price`, or `close[+1]` for a time series.
    package var targetNames: [String] {
        targets.map { target in window.map { "\(target.name)[+\($0.horizon)]" } ?? target.name }
    }

    /// Whether numbers to predict are scaled in the data set.
    package var scalesTargets: Bool { targets.contains { $0.scale != .identity } }
}
