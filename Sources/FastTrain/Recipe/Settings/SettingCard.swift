/// How the card that is shown before a run mentions a setting.
struct SettingCard<Value: SettingValue>: Sendable {
    /// The line of the card.
    let line: RecipeSetting.CardLine
    /// Returns the phrase for a value, or `nil` to leave it out. It is not called for the default.
    let phrase: @Sendable (Value, Recipe) -> String?

    /// The words and the value, such as "weight decay 0.01".
    static func named(_ line: RecipeSetting.CardLine, _ words: String) -> SettingCard {
        SettingCard(line: line) { value, _ in "\(words) \(value.optionText)" }
    }

    /// A phrase made from the value and the recipe.
    static func phrase(
        _ line: RecipeSetting.CardLine, _ phrase: @escaping @Sendable (Value, Recipe) -> String?
    ) -> SettingCard {
        SettingCard(line: line, phrase: phrase)
    }
}

extension RecipeSetting {
    /// A line of the card that is shown before a run.
    package enum CardLine: Sendable { case network, loss, optimizer, epochs }
}

extension Recipe {
    /// Returns the phrases for one line of the card that is shown before a run: one for each setting that has an effect
    /// and is not at its default.
    package func cardPhrases(_ line: RecipeSetting.CardLine) -> [String] {
        Self.settings.compactMap { setting in
            guard let card = setting.card, card.line == line, setting.isUsed(in: self) else { return nil }
            return card.phrase(self)
        }
    }
}
