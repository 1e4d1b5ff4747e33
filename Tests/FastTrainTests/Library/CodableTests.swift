import Foundation
import Testing

@testable import FastTrain

/// Recipes, records and evaluations through Swift's coders.
struct CodableTests {
    private func coded<Value: Codable>(_ value: Value) throws -> Value {
        // Property lists, like JSON, are a coder of someone else.
        let list = try PropertyListDecoder().decode(Value.self, from: PropertyListEncoder().encode(value))
        let json = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
        #expect(try JSONEncoder().encode(list).count == JSONEncoder().encode(json).count)
        return json
    }

    private func message<Value: Decodable>(_ type: Value.Type, _ text: String) -> String? {
        do {
            _ = try JSONDecoder().decode(type, from: Data(text.utf8))
            return nil
        } catch DecodingError.dataCorrupted(let context) {
            #expect((context.underlyingError as? FastTrainError)?.description == context.debugDescription)
            return context.debugDescription
        } catch {
            return "\(error)"
        }
    }

    @Test func aRecipeIsCodedAsInRecipeJSON() throws {
        var recipe = Recipe()
        recipe.hidden = [30, 20]
        recipe.activation = [.gelu, .relu]
        recipe.learningRate = 0.1 + 0.2
        recipe.seed = .max
        recipe.classWeight = .given([0.5, 2, 1])
        recipe.gamma = 0.3
        recipe.patience = 4
        let text = String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
        let object = try JSON(parsing: text, file: "coded")
        guard case .object(let members) = recipe.json, case .object(let codedMembers) = object else {
            Issue.record("no objects")
            return
        }
        #expect(Set(codedMembers.map(\.name)) == Set(members.map(\.name)))
        #expect(try Recipe(json: object, file: "coded") == recipe)
        var json = recipe
        json.seed = 1  // the property list of the coder has no strings for numbers
        #expect(try coded(json) == json)
        let read = try JSONDecoder().decode(Recipe.self, from: Data(recipe.json.text.utf8))
        #expect(read == recipe && read.hashValue == recipe.hashValue && Set([read, recipe, Recipe()]).count == 2)
    }

    @Test func aWrongRecipeIsRefused() throws {
        var text = Recipe().json.text
        #expect(message(Recipe.self, text) == nil)
        text = text.replacingOccurrences(of: "\"batch_size\":128", with: "\"batch_size\":0")
        #expect(
            message(Recipe.self, text)
                == "the recipe, 'batch_size': expected a number from 1 to 16777216, found 0")
        #expect(message(Recipe.self, "{}")?.hasPrefix("the recipe, 'hidden': expected ") == true)
        #expect(message(Recipe.self, "[1]")?.hasPrefix("the recipe: expected ") == true)
        let unknown = Recipe().json.text.replacingOccurrences(of: "\"hidden\"", with: "\"more\":1,\"hidden\"")
        #expect(message(Recipe.self, unknown)?.hasPrefix("the recipe, 'more': ") == true)
    }

    @Test func recordsAndEvaluations() throws {
        let record = EpochRecord(
            epoch: 3, step: 30, trainLoss: 0.1 + 0.2, validationLoss: .infinity, validationAccuracy: nil,
            learningRate: 1e-3, samplesPerSecond: 1000, seconds: 2)
        #expect(try coded(record) == record && Set([record, record]).count == 1)
        #expect(message(EpochRecord.self, "{\"epoch\":1}")?.hasPrefix("the record, 'step': expected ") == true)

        var matrix = ConfusionMatrix(classes: ["a", "b", "c"])
        matrix.add(label: 2, prediction: 0)
        for _ in 0..<3 { matrix.add(label: 1, prediction: 1) }
        let score = ConfusionMatrix.ClassScore(name: "x", hits: 2, predicted: 3, support: 5)
        let evaluations = [
            Evaluation(samples: 4, loss: 0.1 + 0.2, score: .classification(matrix)),
            Evaluation(samples: 4, loss: .nan, score: .regression(r2: -.infinity)),
            Evaluation(samples: 4, loss: 1, score: .multilabel(accuracy: 0.5, labels: [score])),
        ]
        for evaluation in evaluations {
            let again = try coded(evaluation)
            #expect(again.score == evaluation.score && again.samples == 4)
            #expect(again.loss == evaluation.loss || evaluation.loss.isNaN && again.loss.isNaN)
        }
        #expect(Set(evaluations).count == 3)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(
            String(decoding: try encoder.encode(evaluations[0]), as: UTF8.self)
                == #"{"classes":["a","b","c"],"counts":[[1,1,3],[2,0,1]],"loss":0.30000000000000004,"samples":4}"#)
        for counts in ["[[1,1]]", "[[3,0,1]]", "[[0,0,1],[0,0,2]]", "[[0,0,0]]", "[[-1,0,1]]"] {
            let text = #"{"classes":["a","b","c"],"counts":\#(counts),"loss":1,"samples":4}"#
            #expect(message(Evaluation.self, text)?.hasPrefix("the evaluation, 'counts': expected ") == true)
        }
        #expect(message(Evaluation.self, #"{"loss":1,"samples":4}"#)?.contains("'accuracy'") == true)
    }
}
