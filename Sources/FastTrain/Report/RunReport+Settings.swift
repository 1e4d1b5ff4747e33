import FastTrainPictures

extension RunReport {
    /// Adds the recipe, and the machine and time of the run.
    func addSettings(_ page: inout Markup) {
        section(
            "Recipe", "These settings determine the result, bit for bit. Those in bold are not at their defaults.",
            &page
        ) { page in
            page.element("dl", ["class": "settings"]) { page in
                for (name, value, isDefault) in settings {
                    page.element("div", isDefault ? [:] : ["class": "set"]) { page in
                        page.element("dt", name)
                        page.element("dd", value)
                    }
                }
            }
        }
        section(machine == nil ? "Time" : "Machine", "These affect the speed and no other number above.", &page) {
            page in
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
        let usualLoss = Recipe().resolvedLoss(for: model.task)
        return Recipe.settings.map { setting in
            (
                setting.name.replacing("_", with: " "), Self.text(setting.json(recipe)),
                setting.isDefault(in: recipe) || (setting.name == "loss" && recipe.loss == usualLoss)
            )
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
