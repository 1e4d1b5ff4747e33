/// How the features and targets of a data set were made from a table's columns: what it takes to make them of other
/// rows. It goes with the data set into the model, so that the model takes raw rows.
public struct Preprocessing: Sendable, Equatable {
    /// The columns that features are made of, in the order of the features.
    public var columns: [Column]
    /// The columns to be predicted.
    public var targets: [Target]
    /// For a series: which rows a row of features is made of. nil: each row of the table by itself.
    public var window: Window?

    /// See the properties.
    public init(columns: [Column], targets: [Target], window: Window? = nil) {
        self.columns = columns
        self.targets = targets
        self.window = window
    }

    /// A number x becomes (x − offset) / divisor.
    public struct Scale: Sendable, Equatable {
        /// The mean, for standardisation; the least value, for min-max.
        public var offset: Double
        /// The standard deviation (of the population), or the range; 1 where that would be 0. Above 0.
        public var divisor: Double

        /// Numbers stay as they are.
        public static let identity = Scale(offset: 0, divisor: 1)

        /// See the properties.
        public init(offset: Double, divisor: Double) {
            self.offset = offset
            self.divisor = divisor
        }

        /// The number that the data set holds for a number of the table.
        public func apply(_ value: Double) -> Double { (value - offset) / divisor }

        /// The number of the table that the data set has `value` for.
        public func invert(_ value: Double) -> Double { value * divisor + offset }
    }

    /// A column that features are made of.
    public struct Column: Sendable, Equatable {
        /// As the table has it.
        public var name: String
        /// What becomes of its fields.
        public var kind: Kind

        /// See the properties.
        public init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }

        /// What becomes of a column's fields.
        public enum Kind: Sendable, Equatable {
            /// One feature. `fill`: what stands for a missing number; nil: none may be missing. `isMarked`: one more
            /// feature, 1 where the number is missing, else 0.
            case number(Scale, fill: Double?, isMarked: Bool)
            /// One feature for each of the texts: 1 where the field is that text, else 0. `isMarked`: one more, 1 where
            /// the text is missing.
            case categories([String], isMarked: Bool)
        }

        /// Features made of it.
        public var featureCount: Int {
            switch kind {
            case .number(_, _, let isMarked): isMarked ? 2 : 1
            case .categories(let values, let isMarked): values.count + (isMarked ? 1 : 0)
            }
        }

        /// `age`, `age=(missing)`; `city=Rome`, `city=(missing)`.
        var featureNames: [String] {
            let mark = ["\(name)=(missing)"]
            switch kind {
            case .number(_, _, let isMarked): return [name] + (isMarked ? mark : [])
            case .categories(let values, let isMarked): return values.map { "\(name)=\($0)" } + (isMarked ? mark : [])
            }
        }
    }

    /// A column to be predicted.
    public struct Target: Sendable, Equatable {
        /// As the table has it.
        public var name: String
        /// Of numbers. Classes have none: `identity`.
        public var scale: Scale

        /// See the properties.
        public init(name: String, scale: Scale = .identity) {
            self.name = name
            self.scale = scale
        }
    }

    /// Rows of a series: `length` rows, the last of them at time t, for the target at time t + `horizon`.
    public struct Window: Sendable, Equatable {
        /// Rows whose columns are a row of features, the oldest first; at least 1.
        public var length: Int
        /// Rows from the last of them to the target's; at least 1.
        public var horizon: Int

        /// See the properties.
        public init(length: Int, horizon: Int) {
            self.length = length
            self.horizon = horizon
        }
    }

    /// Features of a row.
    public var featureCount: Int { columns.reduce(0) { $0 + $1.featureCount } * (window?.length ?? 1) }

    /// The names of the features: `age`, `city=Rome`; of a series `close[-2]`, `close[-1]`, `close[0]`.
    public var featureNames: [String] {
        let names = columns.flatMap(\.featureNames)
        guard let window else { return names }
        return (1 - window.length...0).flatMap { time in names.map { "\($0)[\(time)]" } }
    }

    /// The names of what is predicted: `price`; of a series `close[+1]`.
    public var targetNames: [String] {
        targets.map { target in window.map { "\(target.name)[+\($0.horizon)]" } ?? target.name }
    }

    /// Whether numbers to predict are other in the data set than in the table.
    public var scalesTargets: Bool { targets.contains { $0.scale != .identity } }

    /// Turns predicted numbers, [rows, targets], into those of the table.
    public func invertTargets(_ values: [Float]) -> [Float] {
        guard scalesTargets else { return values }
        return values.indices.map { Float(targets[$0 % targets.count].scale.invert(Double(values[$0]))) }
    }
}
