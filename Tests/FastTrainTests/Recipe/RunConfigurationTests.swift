import Foundation
import Testing

@testable import FastTrain

/// `--config`: what a file says, and what is laid over it.
struct RunConfigurationTests {
    private let folder = ScratchFolder()

    private func configuration(_ text: String) throws -> RunConfiguration {
        let path = folder.path + "/c.yaml"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return try RunConfiguration(path: path)
    }

    @Test func eachSettingIsRead() throws {
        let recipe = RecipeFileTests.everyField
        let found = try configuration(recipe.json.text).changes.applied(to: Recipe())
        #expect(found.differences(from: recipe).map(\.field) == [])
        // Line by line, as YAML.
        let lines = recipe.jsonMembers.map { "\($0.name): \($0.value.text)\n" }.joined()
        #expect(try configuration(lines).changes.applied(to: Recipe()) == recipe)
        #expect(try configuration(lines).changes.names == Recipe.settings.map(\.name))
    }

    @Test func changesLieOverTheFile() throws {
        let file = try configuration("epochs: 7\nhidden: 12\nlearning-rate: 0.5\nshuffle: false\ndropout: 0.25")
        var changes = RecipeChanges()
        changes.set(\.epochs, to: 3)
        changes.set(\.epochs, to: 4)
        let recipe = try file.recipe(changedBy: changes)
        var expected = Recipe()
        expected.epochs = 4
        expected.hidden = [12]
        expected.learningRate = 0.5
        expected.shuffle = false
        expected.dropout = [0.25]
        #expect(recipe.differences(from: expected).map(\.field) == [])
        #expect(changes.names == ["epochs"])
    }

    @Test func defaultsGoWithWhatTheyDependOn() throws {
        let file = try configuration("optimizer: adam\nbeta2: 0.999\nschedule: step\ngamma: 0.1")
        #expect(try file.recipe().optimizer == .adam)
        var changes = RecipeChanges()
        changes.set(\.optimizer, to: .lion)
        changes.set(\.schedule, to: .exponential)
        let recipe = try file.recipe(changedBy: changes)
        #expect(recipe.beta2 == nil && recipe.gamma == nil)
        let own = try configuration("optimizer: adam\nbeta2: 0.9\nschedule: step\ngamma: 0.3").recipe(
            changedBy: changes)
        #expect(own.beta2 == 0.9 && own.gamma == 0.3)
        let adaptive = try configuration("schedule: adaptive\ntol: 1e-4\nn_iter_no_change: 5").recipe(
            changedBy: changes)
        #expect(adaptive.tol == nil && adaptive.nIterNoChange == 5)
    }

    @Test func whatElseRecipeJSONHolds() throws {
        let run = try configuration("data: a/b\nfingerprint: ff\ncheckpoint_every: 5\nfrom_parameters: true")
        #expect(run.data == "a/b" && run.fingerprint == "ff" && run.checkpointEvery == 5 && run.isFromParameters)
        let empty = try configuration("")
        #expect(
            empty.data == nil && empty.fingerprint == nil && empty.checkpointEvery == nil && !empty.isFromParameters)
        #expect(try empty.recipe() == Recipe())
    }

    @Test(arguments: [
        ("epochs: 1\nlerning_rate: 1", 2, "a setting of recipe.json", "'lerning_rate' (did you mean 'learning_rate'?)"),
        ("foo: 1", 1, "a setting of recipe.json", "'foo'"),
        ("batch-size: 3\nbatch_size: 4", 2, "each name once", "'batch_size' a second time"),
        ("epochs: few", 1, "'epochs' to be an integer", "\"few\""),
        ("\nepochs: 0", 2, "'epochs' to be a number from 1 to 100000", "0"),
        ("epochs: [3]", 1, "'epochs' to be an integer", "[3]"),
        ("hidden: [3, x]", 1, "'hidden' to be a list in which each element is an integer", "[3,\"x\"]"),
        ("nesterov: yes", 1, "'nesterov' to be true or false", "\"yes\""),
        ("learning_rate: null", 1, "'learning_rate' to be a number", "null"),
        ("learning_rate: -1", 1, "'learning_rate' to be a number above 0", "-1.0"),
        ("checkpoint_every: 0", 1, "'checkpoint_every' to be at least 1, or null", "0"),
        ("data: 5", 1, "'data' to be a string, or null", "5"),
        ("hidden: [4]\ndropout: [0.1, 0.2]", 2, "'dropout' to be one rate, or one for each of 1 hidden layers", "2"),
        ("epochs: 3\nmomentum: 0.5", 2, "'optimizer' to be sgd for 'momentum' to have an effect", "adam"),
        (
            "optimizer: sgd\nbeta1: 0.5", 2, "'optimizer' to be adam, adamw, lion for 'beta1' to have an effect",
            "sgd"
        ),
        (
            "shuffle: false\noptimizer: lbfgs", 1,
            "'optimizer' to be sgd, adam, adamw, rmsprop, adagrad, lion for 'shuffle' to have an effect", "lbfgs"
        ),
        (
            "beta2: 0.5\noptimizer: sgd", 1,
            "'optimizer' to be adam, adamw, rmsprop, lion for 'beta2' to have an effect", "sgd"
        ),
        ("gamma: 0.5", 1, "'schedule' to be step, exponential, plateau for 'gamma' to have an effect", "cosine"),
        ("power: 1\nschedule: step", 1, "'schedule' to be inverse-scaling for 'power' to have an effect", "step"),
        ("huber-delta: 2", 1, "'loss' to be huber for 'huber_delta' to have an effect", "none"),
        ("huber-delta: 2\nloss: poisson", 1, "'loss' to be huber for 'huber_delta' to have an effect", "poisson"),
        (
            "activation: [relu, tanh]\nleaky-slope: 0.5", 2,
            "'activation' to be leaky-relu for 'leaky_slope' to have an effect", "relu,tanh"
        ),
        ("accumulation: tiles", 1, "'precision' to be bf16 for 'accumulation' to have an effect", "f32"),
        ("min_delta: 1", 1, "'patience' to be set for 'min_delta' to have an effect", "none"),
        ("warmup: 4\nepochs: 3", 1, "'warmup' to be at most the epochs, 3", "4"),
    ])
    func refusals(text: String, line: Int, expected: String, found: String) {
        let error = FastTrainError.badData(
            file: folder.path + "/c.yaml", place: .line(line), expected: expected, found: found)
        #expect(throws: error) { try configuration(text).recipe() }
    }

    /// A file may list all settings, with the defaults of those that have no effect.
    @Test(arguments: Optimizer.allCases, Schedule.allCases)
    func allSettingsMayBeListed(optimizer: Optimizer, schedule: Schedule) throws {
        var recipe = Recipe()
        recipe.optimizer = optimizer
        if !optimizer.isFullBatch { recipe.schedule = schedule }
        let resolved = try recipe.resolved(for: SmallData.classes())
        #expect(try configuration(resolved.json.text).recipe().resolved(for: SmallData.classes()) == resolved)
    }

    /// The `recipe.json` of a run is accepted whatever it holds, so that the run can be repeated.
    @Test func theRecipeOfARunIsAcceptedAsItIs() throws {
        let lists = "optimizer: adam\nmomentum: 0.5\npower: 1\nwarmup: 20\n"
        #expect(throws: FastTrainError.self) { try configuration(lists).recipe() }
        let recipe = try configuration(lists + "fingerprint: ff").recipe()
        #expect(recipe.momentum == 0.5 && recipe.power == 1 && recipe.warmup == 20)
        var all = RecipeFileTests.everyField
        (all.loss, all.labelSmoothing) = (.squaredError, 0)
        // The order that this CPU would choose counts as not chosen yet.
        all.accumulation = Accumulation.allCases.first { $0 != Accumulation.standard(for: .bf16) }
        let members = all.jsonMembers + [JSON.Member("fingerprint", .string("ff"))]
        #expect(try configuration(JSON.object(members).text).recipe() == all)
    }

    /// The `recipe.json` of a run that has no order of products means the order of pairs. In another file, the order is not
    /// chosen yet.
    @Test func theOrderOfARunIsKept() throws {
        let data = try SmallData.classes()
        func order(_ text: String) throws -> Accumulation? {
            try configuration(text).recipe().resolved(for: data).accumulation
        }
        #expect(try order("precision: bf16\nfingerprint: ff") == .pairs)
        #expect(try order("precision: bf16\naccumulation: tiles\nfingerprint: ff") == .tiles)
        #expect(try order("precision: bf16\naccumulation: pairs") == .pairs)
        #expect(try order("precision: bf16") == Accumulation.standard(for: .bf16))
        #expect(try configuration("precision: bf16").changes.names == ["precision"])
        #expect(try order("epochs: 1\nfingerprint: ff") == nil)
    }

    /// The file and the command line need only fit each other.
    @Test func whatHasAnEffectBesideTheCommandLine() throws {
        var changes = RecipeChanges()
        changes.set(\.optimizer, to: .sgd)
        #expect(try configuration("momentum: 0.5").recipe(changedBy: changes).momentum == 0.5)
        changes.set(\.optimizer, to: .adam)
        #expect(try configuration("optimizer: sgd\nmomentum: 0.5").recipe(changedBy: changes).momentum == 0.5)
        changes = RecipeChanges()
        changes.set(\.momentum, to: 0.5)
        #expect(try configuration("optimizer: sgd").recipe(changedBy: changes).momentum == 0.5)
        expectUsage("`momentum` goes with `optimizer` sgd, not adam") {
            try configuration("epochs: 3").recipe(changedBy: changes)
        }
        expectUsage("`momentum` goes with `optimizer` sgd, not adam") {
            try configuration("epochs: 3\nfingerprint: ff").recipe(changedBy: changes)
        }
        changes = RecipeChanges()
        changes.set(\.epochs, to: 3)
        expectUsage("warmup: expected at most the epochs, 3, found 5") {
            try configuration("warmup: 5").recipe(changedBy: changes)
        }
    }

    /// In a search, a setting of all trials must have an effect in one of them.
    @Test func aSearchMayVaryWhatASettingGoesWith() throws {
        let path = folder.path + "/space.yaml"
        try "optimizer: [adam, sgd]".write(toFile: path, atomically: false, encoding: .utf8)
        let space = try SearchSpace(path: path)
        #expect(try configuration("momentum: 0.5").recipe(varying: space).momentum == 0.5)
        #expect(throws: FastTrainError.self) { try configuration("power: 1").recipe(varying: space) }
        var changes = RecipeChanges()
        changes.set(\.momentum, to: 0.5)
        #expect(try changes.recipe(varying: space).momentum == 0.5)
        changes.set(\.power, to: 1)
        expectUsage("`power` goes with `schedule` inverse-scaling, not cosine") {
            try changes.recipe(varying: space)
        }
    }

    @Test func whatTheCommandLineMakesImpossibleIsItsFault() throws {
        var changes = RecipeChanges()
        changes.set(\.hidden, to: [4])
        expectUsage("dropout: expected one rate, or one for each of 1 hidden layers, found 2") {
            try configuration("hidden: [4, 5]\ndropout: [0.1, 0.2]").recipe(changedBy: changes)
        }
        // And what it makes possible is none.
        changes.set(\.hidden, to: [4, 5])
        #expect(try configuration("hidden: [4]\ndropout: [0.1, 0.2]").recipe(changedBy: changes).hidden == [4, 5])
    }

    @Test func otherDataAreRefused() throws {
        let data = try SmallData.classes()
        try configuration("fingerprint: \(data.fingerprint)").expect(data)
        try configuration("epochs: 1").expect(data)
        expectBadData("small classes", .named("fingerprint")) { try configuration("fingerprint: abc").expect(data) }
    }

    @Test func noFileAndNoText() throws {
        #expect(exitCode { _ = try RunConfiguration(path: folder.path + "/none") } == 66)
        #expect(exitCode { _ = try RunConfiguration(path: folder.path) } == 66)
        let path = folder.path + "/bytes"
        try Data([0x61, 0x3A, 0xFF]).write(to: URL(fileURLWithPath: path))
        expectBadData(path, .file) { _ = try RunConfiguration(path: path) }
        try Data(repeating: 0x20, count: RunConfiguration.maxBytes + 1).write(to: URL(fileURLWithPath: path))
        expectBadData(path, .file) { _ = try RunConfiguration(path: path) }
    }
}
