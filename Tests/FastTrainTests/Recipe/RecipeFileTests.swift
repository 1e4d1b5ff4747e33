import Testing

@testable import FastTrain

@Suite struct RecipeFileTests {
    static let everyField: Recipe = {
        var recipe = Recipe()
        recipe.hidden = [3, 4]
        recipe.dropout = [0.1, 1.0.nextDown]
        recipe.inputDropout = 0.5
        recipe.activation = [.leakyReLU, .tanh]
        recipe.normalization = .layer
        recipe.leakySlope = 0.1.nextUp
        recipe.loss = .crossEntropy
        recipe.huberDelta = 0.1.nextUp
        recipe.classWeight = .given([0.1, 0, 3])
        recipe.labelSmoothing = 0.25
        recipe.optimizer = .sgd
        recipe.learningRate = 1.0 / 3
        recipe.momentum = 0.5
        recipe.nesterov = true
        recipe.weightDecay = .leastNonzeroMagnitude
        recipe.alpha = 0.375
        recipe.l1 = 0.125
        recipe.clipValue = 1.5
        recipe.maxNorm = 3.5
        recipe.ema = 1.0.nextDown
        recipe.beta1 = 0.7
        recipe.beta2 = 1.0.nextDown
        recipe.epsilon = 1e-37
        recipe.historySize = 7
        recipe.gradientTolerance = 1e-300
        recipe.schedule = .oneCycle
        recipe.gamma = 0.7
        recipe.decayEpochs = 3
        recipe.power = 2
        recipe.warmup = 1.5
        recipe.batchSize = 7
        recipe.epochs = 3
        recipe.seed = .max
        recipe.validation = 0
        recipe.monitor = .trainLoss
        recipe.patience = 4
        recipe.minDelta = 0.25
        recipe.tol = 0.125
        recipe.nIterNoChange = 6
        recipe.shuffle = false
        recipe.shards = 5
        recipe.precision = .bf16
        recipe.accumulation = .tiles
        return recipe
    }()

    /// With what excludes what `everyField` has.
    static let otherFields: Recipe = {
        var recipe = everyField
        recipe.clipValue = nil
        recipe.clipNorm = 2.5
        return recipe
    }()

    @Test(arguments: [Recipe(), everyField, otherFields]) func roundTrip(recipe: Recipe) throws {
        let text = recipe.json.text
        let read = try Recipe(json: JSON(parsing: text, file: "r"), file: "r")
        #expect(read == recipe)
        #expect(read.json.text == text)
    }

    @Test func everyFieldIsInTheTable() {
        let names = Recipe.settings.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count == Mirror(reflecting: Recipe()).children.count)
        // A field of the table that led to another property would show here.
        let fields = Recipe().differences(from: Self.everyField).map(\.field)
        let others = Recipe().differences(from: Self.otherFields).map(\.field)
        #expect(names.filter { fields.contains($0) || others.contains($0) } == names)
    }

    @Test func differencesTellBothValues() {
        var other = Recipe()
        other.learningRate = 0.5
        let differences = Recipe().differences(from: other)
        #expect(differences.count == 1)
        #expect(differences.first! == (field: "learning_rate", mine: "0.002", theirs: "0.5"))
        #expect(Recipe().differences(from: Recipe()).isEmpty)
    }

    /// The recipe's JSON with one member replaced, removed or added.
    private func read(_ name: String, _ value: JSON?) throws -> Recipe {
        guard case .object(var members) = Recipe().json else { return Recipe() }
        members.removeAll { $0.name == name }
        if let value { members.append(.init(name, value)) }
        return try Recipe(json: .object(members), file: "r")
    }

    @Test func onlyTheLossAndWhatIsNewMayBeMissing() throws {
        let optional = [
            "loss", "precision", "dropout", "input_dropout", "monitor", "patience", "min_delta", "beta2", "gamma",
            "decay_epochs", "huber_delta", "class_weight", "label_smoothing", "power", "warmup", "normalization",
            "tol", "n_iter_no_change", "alpha", "l1", "clip_value", "clip_norm", "max_norm", "ema", "history_size",
            "gradient_tolerance", "accumulation",
        ]
        for field in Recipe.settings where !optional.contains(field.name) {
            let found = expectBadData("r", .named(field.name)) { _ = try read(field.name, nil) }
            #expect(found == "no such member")
            expectBadData("r", .named(field.name)) { _ = try read(field.name, .null) }
        }
        #expect(try read("loss", nil).loss == nil)
        #expect(try read("precision", nil).precision == .f32)
        for field in optional { #expect(try read(field, nil) == Recipe(), "\(field)") }
        #expect(try read("dropout", nil).dropout == [])
        #expect(try read("monitor", nil).monitor == .validationLoss)
        #expect(try read("min_delta", nil).minDelta == 0)
        #expect(try read("patience", nil).patience == nil && read("patience", .null).patience == nil)
        #expect(try read("input_dropout", nil).inputDropout == 0)
        #expect(try read("precision", .string("bf16")).precision == .bf16)
        expectBadData("r", .named("precision")) { _ = try read("precision", .string("bf8")) }
    }

    /// Files of earlier versions have no `accumulation`, and recipes that they can express are written as they wrote them.
    @Test func aRecipeWithoutAccumulationHasTheOrderOfPairs() throws {
        func members(_ precision: Precision, _ accumulation: Accumulation?) -> [JSON.Member] {
            var recipe = Recipe()
            (recipe.precision, recipe.accumulation) = (precision, accumulation)
            return recipe.jsonMembers.filter { $0.name == "accumulation" }
        }
        #expect(members(.f32, nil) == [] && members(.bf16, .pairs) == [])
        #expect(members(.bf16, .tiles) == [JSON.Member("accumulation", .string("tiles"))])
        #expect(members(.bf16, nil) == [JSON.Member("accumulation", .null)])
        #expect(try read("precision", .string("bf16")).accumulation == .pairs)
        #expect(try read("precision", nil).accumulation == nil)
        for precision in Precision.allCases {
            for accumulation in [nil, Accumulation.pairs, .tiles] {
                var recipe = Recipe()
                (recipe.precision, recipe.accumulation) = (precision, accumulation)
                #expect(try Recipe(json: recipe.json, file: "r") == recipe)
            }
        }
    }

    /// A run chooses the order and records it.
    @Test func aResolvedRecipeHasAnOrderInBF16() throws {
        let data = try SmallData.classes()
        var recipe = Recipe()
        #expect(try recipe.resolved(for: data).accumulation == nil)
        recipe.precision = .bf16
        #expect(try recipe.resolved(for: data).accumulation == Accumulation.standard(for: .bf16))
        for accumulation in Accumulation.allCases {
            recipe.accumulation = accumulation
            #expect(try recipe.resolved(for: data).accumulation == accumulation)
        }
    }

    @Test func unknownMembersAreRefused() {
        let found = expectBadData("r", .named("dropout")) { _ = try read("dropout", .number(0.5)) }
        #expect(found == "0.5")
    }

    @Test(arguments: [
        ("hidden", JSON.integer(5)), ("hidden", .array([.string("a")])), ("hidden", .array([.number(1.5)])),
        ("hidden", .array([.integer(0)])), ("hidden", .array([.integer(.max)])),
        ("hidden", .array(Array(repeating: .integer(1), count: 1001))),
        ("activation", .string("swish")), ("activation", .integer(1)), ("loss", .string("")), ("nesterov", .integer(1)),
        ("learning_rate", .string("fast")), ("learning_rate", .string("NaN")), ("learning_rate", .integer(0)),
        ("learning_rate", .string("Infinity")), ("momentum", .integer(1)), ("epsilon", .integer(0)),
        ("batch_size", .number(1.5)), ("batch_size", .integer(0)), ("epochs", .integer(-1)), ("seed", .integer(-1)),
        ("seed", .string("18446744073709551616")), ("validation", .number(1)), ("shards", .integer(0)),
        ("shards", .integer(.max)), ("beta2", .bool(true)), ("weight_decay", .number(-1)),
    ]) func wrongValuesAreRefused(name: String, value: JSON) {
        expectBadData("r", .named(name)) { _ = try read(name, value) }
    }

    @Test func validationSpeaksInOptions() {
        func message(_ edit: (inout Recipe) -> Void) -> String {
            var recipe = Recipe()
            edit(&recipe)
            do {
                try recipe.validate()
                return "sound"
            } catch {
                #expect(error.exitCode == 64)
                return "\(error)"
            }
        }
        #expect(message { _ in } == "sound")
        #expect(message { $0.hidden = [4, 0] } == "hidden: expected from 1 to 16777216 units a layer, found 0")
        #expect(message { $0.batchSize = 0 } == "batchSize: expected a number from 1 to 16777216, found 0")
        #expect(message { $0.learningRate = .nan } == "learningRate: expected a number above 0, found nan")
        let subnormal = "expected a number of at least 1.2e-38, as less counts as zero, found 1e-40"
        #expect(message { $0.learningRate = 1e-40 } == "learningRate: \(subnormal)")
        #expect(message { $0.epsilon = 1e-40 } == "epsilon: \(subnormal)")
        #expect(message { $0.learningRate = .infinity } == "learningRate: expected a number above 0, found inf")
        let tooLarge = "expected a number of at most 3.4e38, found 1e+39"
        #expect(message { $0.learningRate = 1e39 } == "learningRate: \(tooLarge)")
        #expect(message { $0.l1 = 1e39 } == "l1: \(tooLarge)")
        #expect(message { $0.clipNorm = 1e39 } == "clipNorm: \(tooLarge)")
        #expect(message { $0.validation = 1 } == "validation: expected a number from 0 to below 1, found 1.0")
        #expect(
            message { $0.nesterov = true }
                == "nesterov: expected the optimizer sgd with a momentum above 0, found optimizer adam")
        #expect(
            message {
                $0.nesterov = true
                $0.optimizer = .sgd
                $0.momentum = 0
            } == "nesterov: expected the optimizer sgd with a momentum above 0, found momentum 0.0")
        #expect(message { $0.beta1 = 1 } == "beta1: expected a number from 0 to below 1, found 1.0")
        #expect(message { $0.seed = .max } == "sound")
    }
}
