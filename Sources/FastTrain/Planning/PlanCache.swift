import Platform

/// The file in which measured plans are remembered from one run to the next.
///
/// It is a convenience only: a file that is absent, damaged, of another version or cannot be written leaves a run with the
/// choices of the constants, without an error. Processes that share it replace it as a whole (`AtomicFile`), so each
/// reads a complete file; if two write at once, the plans of one of them are measured again some time.
struct PlanCache: Sendable {
    /// The path of the file.
    let path: String

    /// A plan that was measured, for one machine and one kind of run.
    struct Entry: Sendable, Equatable {
        /// The machine and the kind of run that the plan was measured for; see `PlanKey`.
        let key: String
        let choices: PlanChoices
        /// The rows per second of its steps.
        let rate: Double
    }

    /// The largest number of plans that are remembered. The plans that were measured first are forgotten first.
    static let maxEntries = 500
    /// The largest size of a file that is read: ten times that of plans for five layers.
    private static let maxBytes = 2 << 20
    private static let format = "fasttrain.plans.v1"

    /// The file of the user: `fasttrain/plans.json` in `XDG_CACHE_HOME`, or in `.cache` in the home folder; `nil` if there
    /// is neither.
    static var ofUser: PlanCache? {
        func folder(_ name: String) -> String? {
            Machine.environment(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        if let cache = folder("XDG_CACHE_HOME") { return PlanCache(path: cache + "/fasttrain/plans.json") }
        guard let home = folder("HOME"), (try? FileSystem.isFolder(home)) == true else { return nil }
        return PlanCache(path: home + "/.cache/fasttrain/plans.json")
    }

    /// Returns the plan with a key, if there is one that a space contains.
    func plan(_ key: String, in space: PlanSpace) -> Entry? {
        entries().last { $0.key == key && space.contains($0.choices) }
    }

    /// Adds a plan, or replaces the one with its key. Nothing happens if the file cannot be written.
    func remember(_ entry: Entry) {
        let folder = AtomicFile.folder(of: path)
        guard (try? FileSystem.makeFolder(folder)) != nil else { return }
        AtomicFile.removeLeftovers(in: folder)
        let entries = (entries().filter { $0.key != entry.key } + [entry]).suffix(PlanCache.maxEntries)
        let json = JSON.object([
            .init("format", .string(PlanCache.format)), .init("plans", .array(entries.map(\.json))),
        ])
        try? AtomicFile.write(json.text + "\n", to: path)
    }

    /// Returns the plans of the file, those that make no sense left out.
    func entries() -> [Entry] {
        guard let text = try? FileSystem.readText(path, maxBytes: PlanCache.maxBytes),
            let json = try? JSON(parsing: text, file: path), json["format"] == .string(PlanCache.format),
            case .array(let plans) = json["plans"]
        else { return [] }
        return plans.compactMap(Entry.init)
    }
}

extension PlanCache.Entry {
    init?(_ json: JSON) {
        guard case .string(let key) = json["key"], case .array(let layers) = json["layers"],
            let panelLayers = json["panel_layers"].flatMap(Int.init(json:)),
            let featureBlockWidth = json["feature_block_width"].flatMap(Int.init(json:)),
            let rate = json["samples_per_second"].flatMap(Double.init(json:)), rate > 0, rate.isFinite
        else { return nil }
        let choices = layers.compactMap(PlanChoices.Layer.init)
        guard choices.count == layers.count else { return nil }
        self.key = key
        self.rate = rate
        self.choices = PlanChoices(panelLayers: panelLayers, featureBlockWidth: featureBlockWidth, layers: choices)
    }

    var json: JSON {
        .object(
            [
                .init("key", .string(key)), .init("samples_per_second", .number(rate)),
            ] + choices.jsonMembers)
    }
}

extension PlanChoices {
    /// The members of an object that stand for the choices.
    package var jsonMembers: [JSON.Member] {
        [
            .init("panel_layers", .integer(panelLayers)), .init("feature_block_width", .integer(featureBlockWidth)),
            .init("layers", .array(layers.map(\.json))),
        ]
    }
}

extension PlanChoices.Layer {
    init?(_ json: JSON) {
        guard let input = json["input"].flatMap(OperandForm.init(json:)),
            let delta = json["delta"].flatMap(OperandForm.init(json:)),
            let gradient = json["gradient"].flatMap(GradientForm.init(json:)),
            let inputsPerBlock = json["inputs_per_block"].flatMap(Int.init(json:))
        else { return nil }
        self.init(input: input, delta: delta, gradient: gradient, inputsPerBlock: inputsPerBlock)
    }

    var json: JSON {
        .object([
            .init("input", input.json), .init("delta", delta.json), .init("gradient", gradient.json),
            .init("inputs_per_block", .integer(inputsPerBlock)),
        ])
    }
}

extension OperandForm: JSONConvertible {}
extension GradientForm: JSONConvertible {}
