import FastTrain
import Foundation

/// What a run has left in its folder once it is done, but for times.
struct FinishedRun {
    private var files: [String: Data] = [:]

    init(_ folder: String) throws {
        for name in ["recipe.json", "metrics.json", "model.safetensors"] {
            files[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        let lines = try Self.history(folder).map { $0.without(["seconds", "samples_per_second"]).text }
        files["history.jsonl"] = Data(lines.joined(separator: "\n").utf8)
    }

    /// The files whose content is not the same in both.
    func differences(from other: FinishedRun) -> [String] {
        files.keys.filter { files[$0] != other.files[$0] }.sorted()
    }

    /// The objects of `history.jsonl`.
    static func history(_ folder: String) throws -> [JSON] {
        let path = folder + "/history.jsonl"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map { try JSON(parsing: String($0), file: path) }
    }

    /// The checkpoints' steps, by the names of their files; in rising order.
    static func checkpoints(_ folder: String) -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")) ?? []
        return names.filter { $0.hasSuffix(".safetensors") }
            .compactMap { Int($0.dropFirst("step-".count).prefix(10)) }.sorted()
    }

    /// The path of a step's checkpoint.
    static func checkpoint(_ folder: String, step: Int) -> String {
        folder + "/checkpoints/" + String(format: "step-%010d.safetensors", step)
    }
}

extension JSON {
    /// The names of an object's members, in order; none for anything else.
    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }

    /// The object without the members of these names.
    func without(_ names: [String]) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.name) })
    }
}
