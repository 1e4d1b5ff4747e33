import Foundation
import KernelDispatch
import KernelTypes
import Testing

@testable import FastTrain

/// A file of plans gives back what was written, and a bad one nothing.
@Suite struct PlanCacheTests {
    private let space = PlanSpace(
        network: Network(inputs: 784, hidden: [256, 256], outputs: 10, normalization: .none), recipe: recipe,
        threads: 2, kernels: InstructionSet.scalar.kernels)
    private static let recipe = {
        var recipe = Recipe()
        recipe.hidden = [256, 256]
        return recipe
    }()

    private func entry(_ key: String, rate: Double = 1000) -> PlanCache.Entry {
        var choices = space.constants(FeatureDensity(uniform: 0.2, width: 784))
        choices.layers[1].gradient = .dense
        choices.layers[0].inputsPerBlock = 64
        return PlanCache.Entry(key: key, choices: choices, rate: rate)
    }

    @Test func givesBackWhatItWasGiven() {
        let folder = ScratchFolder()
        let cache = PlanCache(path: folder.file("a/b/plans.json"))
        #expect(cache.plan("x", in: space) == nil)
        cache.remember(entry("x"))
        cache.remember(entry("y", rate: 2.5))
        cache.remember(entry("x", rate: 7))
        #expect(cache.plan("x", in: space) == entry("x", rate: 7))
        #expect(cache.plan("y", in: space) == entry("y", rate: 2.5))
        #expect(cache.plan("z", in: space) == nil)
        #expect(cache.entries().count == 2)
    }

    @Test func forgetsTheOldest() {
        let folder = ScratchFolder()
        let cache = PlanCache(path: folder.file("plans.json"))
        let plans = (0..<PlanCache.maxEntries).map { entry("\($0)").json.text }
        try? #"{"format":"fasttrain.plans.v1","plans":[\#(plans.joined(separator: ","))]}"#
            .write(toFile: cache.path, atomically: false, encoding: .utf8)
        #expect(cache.entries().count == PlanCache.maxEntries)
        cache.remember(entry("new"))
        #expect(cache.entries().count == PlanCache.maxEntries)
        #expect(cache.plan("0", in: space) == nil && cache.plan("1", in: space) != nil)
        #expect(cache.plan("new", in: space) != nil)
    }

    @Test func aBadFileHoldsNoPlans() throws {
        let folder = ScratchFolder()
        let cache = PlanCache(path: folder.file("plans.json"))
        cache.remember(entry("x"))
        let good = try String(contentsOfFile: cache.path, encoding: .utf8)
        let bad = [
            "", "{", "[]", "null", String(good.dropLast(40)), "\u{0}" + good,
            good.replacingOccurrences(of: ".v1", with: ".v2"), good.replacingOccurrences(of: "plans", with: "plan"),
            good.replacingOccurrences(of: "\"dense\"", with: "\"denser\""),
            good.replacingOccurrences(of: "\"panel_layers\":", with: "\"panel_layers\":-"),
            good.replacingOccurrences(of: "\"panel_layers\":", with: "\"panel_layers\":9"),
            good.replacingOccurrences(of: "\"inputs_per_block\":64", with: "\"inputs_per_block\":65"),
            good.replacingOccurrences(of: "\"inputs_per_block\":64", with: "\"inputs_per_block\":null"),
            good.replacingOccurrences(of: "\"lists\"", with: "\"pairs\""),
            good.replacingOccurrences(of: "\"samples_per_second\":", with: "\"samples_per_second\":-"),
            String(repeating: " ", count: 3 << 20) + good, String(repeating: "[", count: 100_000),
        ]
        for text in bad {
            try text.write(toFile: cache.path, atomically: false, encoding: .utf8)
            #expect(cache.plan("x", in: space) == nil, "\(text.prefix(60))")
        }
        // The next plan replaces it.
        cache.remember(entry("x"))
        #expect(cache.plan("x", in: space) != nil)
        // A plan for a network of other layers is not taken.
        let other = PlanSpace(
            network: Network(inputs: 784, hidden: [256], outputs: 10, normalization: .none), recipe: space.recipe,
            threads: 2, kernels: space.kernels)
        #expect(cache.plan("x", in: other) == nil)
    }

    @Test func aFileThatCannotBeWrittenChangesNothing() throws {
        let folder = ScratchFolder()
        // The path of the file is a folder; the path of its folder is a file; a dangling link; a pipe.
        mkdir(folder.file("folder"), 0o777)
        try "".write(toFile: folder.file("file"), atomically: false, encoding: .utf8)
        symlink("nowhere/at/all", folder.file("link"))
        mkfifo(folder.file("pipe"), 0o666)
        for name in ["folder", "file/plans.json", "link", "pipe", "", "\u{0}"] {
            let cache = PlanCache(path: name.isEmpty ? "" : folder.file(name))
            cache.remember(entry("x"))
            #expect(cache.plan("x", in: space) == nil, "\(name)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.sorted() == ["file", "folder", "link", "pipe"])
    }

    /// Processes that write at once leave a whole file with the plans of at least one of them.
    @Test func severalWritersLeaveAWholeFile() async {
        let folder = ScratchFolder()
        let cache = PlanCache(path: folder.file("plans.json"))
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for index in 0..<10 { cache.remember(entry("\(writer) \(index)")) }
                }
            }
            for _ in 0..<50 {
                let count = cache.entries().count
                #expect(count > 0 || !FileManager.default.fileExists(atPath: cache.path) || cache.entries().count > 0)
            }
        }
        #expect(cache.entries().count >= 10)
        #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["plans.json"])
    }
}
