import Testing

@testable import FastTrain

/// Folds hold out each row exactly once, and each class as evenly as possible.
struct FoldTests {
    @Test(arguments: [2, 3, 5, 7])
    func disjointCompleteAndStratified(count: Int) throws {
        let data = try SmallData.classes(4, rows: 101)
        var recipe = Recipe()
        recipe.validation = 1 / Double(count)
        var seen = [Int](repeating: 0, count: 101)
        var sizes: [Int] = []
        for index in 0..<count {
            let sampling = try Sampling(
                recipe: recipe, split: data.train, task: data.task, fold: Fold(index: index, count: count))
            for row in sampling.validationRows { seen[Int(row)] += 1 }
            sizes.append(sampling.validationRows.count)
            #expect((sampling.trainRows + sampling.validationRows).sorted() == (0..<101).map { Int32($0) })
            let all = data.train.labelCounts
            for label in 0..<4 {
                let held = sampling.validationRows.count { data.train.label(Int($0)) == label }
                #expect(held == all[label] / count || held == (all[label] + count - 1) / count)
            }
        }
        #expect(seen.allSatisfy { $0 == 1 })
        #expect(sizes.max()! - sizes.min()! <= 1)
    }

    @Test func regression() throws {
        let data = try SmallData.values(rows: 10)
        var recipe = Recipe()
        recipe.validation = 0.5
        let halves = try (0..<2).map {
            try Sampling(recipe: recipe, split: data.train, task: data.task, fold: Fold(index: $0, count: 2))
                .validationRows
        }
        #expect(halves[0].count == 5 && Set(halves[0] + halves[1]).count == 10)
    }
}
