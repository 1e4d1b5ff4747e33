import FastTrain
import Foundation

/// The files of a finished run's folder, without times.
struct FinishedRun {
    private var files: [String: Data] = [:]

    init(_ folder: String) throws {
        for name in ["recipe.json", "metrics.json", "model.safetensors"] {
            files[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        let lines = try Self.history(folder).map { $0.without(["seconds", "samples_per_second"]).text }
        files["history.jsonl"] = Data(lines.joined(separator: "\n").utf8)
    }

    /// Returns the names of the files whose contents differ.
    func differences(from other: FinishedRun) -> [String] {
        files.keys.filter { files[$0] != other.files[$0] }.sorted()
    }

    /// Returns the objects of `history.jsonl`.
    static func history(_ folder: String) throws -> [JSON] {
        let path = folder + "/history.jsonl"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map { try JSON(parsing: String($0), file: path) }
    }

    /// Returns the steps of the checkpoints according to their file names, in rising order.
    static func checkpoints(_ folder: String) -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")) ?? []
        return names.filter { $0.hasSuffix(".safetensors") }
            .compactMap { Int($0.dropFirst("step-".count).prefix(10)) }.sorted()
    }

    /// Returns the path of the checkpoint of a step.
    static func checkpoint(_ folder: String, step: Int) -> String {
        folder + "/checkpoints/" + String(format: "step-%010d.safetensors", step)
    }
}

extension JSON {
    /// The names of an object's members, in order; empty for any other value.
    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }

    /// Returns the object without the members of the given names.
    func without(_ names: [String]) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.name) })
    }
}
