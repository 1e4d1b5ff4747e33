import Testing

@testable import FastTrain

/// The declarations of the settings.
@Suite struct RecipeSettingTests {
    @Test func eachSettingIsListedOnceForReaders() {
        let names = Recipe.settingsForReaders.map(\.name)
        #expect(names.sorted() == Recipe.settings.map(\.name).sorted())
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: Recipe.settings.map(\.name)) func aDeclarationIsComplete(name: String) {
        let setting = Recipe.settings.first { $0.name == name }!
        #expect(setting.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
        #expect(setting.help.hasSuffix(".") && !setting.defaultText.isEmpty)
        #expect(setting.isFlag == setting.valueName.isEmpty)
        #expect(setting.isDefault(in: Recipe()) && setting.fault(in: Recipe()) == nil)
        // The defaults of numbers and choices are written as they are typed.
        if case .null = setting.json(Recipe()) { return }
        #expect(setting.parse(setting.defaultText) == setting.json(Recipe()) || name == "dropout")
    }

    /// Each setting that a choice claims to use goes with that choice, and no other setting does.
    @Test func settingsGoWithTheChoicesThatUseThem() {
        func names(_ companion: SettingCompanion) -> Set<String> {
            Set(Recipe.settings.filter { $0.companion == companion }.map(\.name))
        }
        func names(_ paths: [Set<PartialKeyPath<Recipe>>]) -> Set<String> {
            Set(Recipe.settings.filter { setting in paths.contains { $0.contains(setting.path) } }.map(\.name))
        }
        #expect(names(.optimizer) == names(Optimizer.allCases.map(\.settings)))
        #expect(names(.schedule) == names(Schedule.allCases.map(\.settings)))
        #expect(names(.activation) == names(Activation.allCases.map(\.settings)))
        // Label smoothing is impossible with other losses, and so needs no companion.
        #expect(names(.loss).union(["label_smoothing"]) == names(Loss.allCases.map(\.settings)))
        #expect(names(.precision) == names(Precision.allCases.map(\.settings)))
        #expect(names(.patience) == ["min_delta"])
    }

    @Test func textOfTheCommandLine() {
        func value(_ name: String, _ text: String) -> String? {
            Recipe.settings.first { $0.name == name }!.parse(text)?.text
        }
        #expect(value("hidden", "256,128") == "[256,128]" && value("hidden", "none") == "[]")
        #expect(value("activation", "relu") == #""relu""# && value("activation", "relu,tanh") == #"["relu","tanh"]"#)
        #expect(value("activation", "none") == nil && value("activation", "relu,") == nil)
        #expect(value("dropout", "0.5") == "[0.5]" && value("dropout", "none") == nil && value("dropout", "") == nil)
        #expect(value("class_weight", "balanced") == #""balanced""# && value("class_weight", "1,2") == "[1.0,2.0]")
        #expect(value("loss", "huber") == #""huber""# && value("loss", "none") == nil)
        #expect(value("seed", "18446744073709551615") == #""18446744073709551615""# && value("seed", "-1") == nil)
        #expect(value("epochs", "1.5") == nil && value("epochs", "-1") == "-1")
        #expect(value("nesterov", "true") == "true" && value("patience", "3") == "3")
    }
}
