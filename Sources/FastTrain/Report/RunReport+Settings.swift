import FastTrainPictures

extension RunReport {
    /// Everything that decides the result, and what it was computed on.
    func addSettings(_ page: inout Markup) {
        section("Recipe", "What decides the result, to the bit; in bold what is not the default.", &page) { page in
            page.element("dl", ["class": "settings"]) { page in
                for (name, value, isDefault) in settings {
                    page.element("div", isDefault ? [:] : ["class": "set"]) { page in
                        page.element("dt", name)
                        page.element("dd", value)
                    }
                }
            }
        }
        section(machine == nil ? "Time" : "Machine", "No number above depends on it but the speed.", &page) { page in
            page.element("dl", ["class": "settings"]) { page in
                for (name, value) in surroundings {
                    page.element("div") { page in
                        page.element("dt", name)
                        page.element("dd", value)
                    }
                }
            }
        }
    }

    private var settings: [(name: String, value: String, isDefault: Bool)] {
        var defaults = Recipe()
        defaults.loss = defaults.resolvedLoss(for: model.task)
        defaults.beta2 = recipe.optimizer.defaultBeta2
        defaults.gamma = recipe.schedule.defaultGamma
        return Recipe.fields.map { [defaults] field in
            let (value, usual) = (field.json(recipe), field.json(defaults))
            return (field.name.replacing("_", with: " "), Self.text(value), value == usual)
        }
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .null: "none"
        case .bool(let value): value ? "yes" : "no"
        case .string(let text): text
        case .number(let value): Format.setting(value)
        case .integer(let value): String(value)
        case .array(let values): values.isEmpty ? "none" : values.map(text).joined(separator: ", ")
        case .object: value.text
        }
    }

    private var surroundings: [(String, String)] {
        var entries: [(String, String)] = []
        if let machine {
            if let processor = machine.processor { entries.append(("processor", processor)) }
            let limit = machine.cpus.limit.isEmpty ? "" : ", by \(machine.cpus.limit)"
            entries.append(("CPUs", "\(machine.cpus.count) of \(machine.cpus.machine)\(limit)"))
            entries.append(("threads", "\(machine.threads)"))
            entries.append(("instruction set", machine.instructionSet.rawValue))
        }
        entries.append(("time", Format.duration(seconds)))
        entries.append(
            ("steps", "\(Format.integer(history.last?.step ?? 0)), \(Format.integer(stepsPerEpoch)) an epoch"))
        return entries
    }
}
