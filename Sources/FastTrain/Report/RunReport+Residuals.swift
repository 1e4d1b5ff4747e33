import FastTrainPictures

extension RunReport {
    private static let maxTargets = 8
    private static let maxDots = 1500

    /// Adds the size and direction of the errors for each predicted number.
    func addResiduals(_ closeUp: CloseUp, _ page: inout Markup) {
        guard case .regression(let targets) = model.task, !model.isScoredByAccuracy else { return }
        let fits = targets.indices.prefix(Self.maxTargets).map { Fit(closeUp, output: $0, model.targetScale($0)) }
        let rest = targets.count > fits.count ? " The first \(fits.count) of \(targets.count) targets are shown." : ""
        section(
            "Predicted and true", "On the \(Format.count(closeUp.rows.count, "\(closeUp.name) row")).\(rest)", &page
        ) { page in
            page.element("div", ["class": "wide"]) { addTable(targets, fits, &$0) }
            for (target, fit) in zip(targets, fits) {
                if fits.count > 1 { page.element("h3", target) }
                page.element("div", ["class": "charts"]) { page in
                    figure("Predicted against true values; correct predictions lie on the line", &page) { page in
                        let every = fit.pairs.count / Self.maxDots + 1
                        let shown = stride(from: 0, to: fit.pairs.count, by: every).map { fit.pairs[$0] }
                        ScatterChart(
                            shown.map { (x: $0.truth, y: $0.prediction) }, xName: "true \(target)", yName: "predicted",
                            label: "Predicted against true \(target)"
                        ).draw(&page)
                    }
                    figure("Residuals: true minus predicted values", &page) { page in
                        Histogram(
                            fit.pairs.map { $0.truth - $0.prediction }, xName: "residual of \(target)",
                            label: "Histogram of the residuals of \(target)"
                        ).draw(&page)
                    }
                }
            }
        }
    }

    private func addTable(_ targets: [String], _ fits: [Fit], _ page: inout Markup) {
        page.element("table", ["class": "classes"]) { page in
            page.element("thead") { page in
                page.element("tr") { page in
                    for name in ["target", "R²", "RMSE", "MAE", "mean residual"] {
                        page.element("th", name)
                    }
                }
            }
            page.element("tbody") { page in
                for (target, fit) in zip(targets, fits) {
                    page.element("tr") { page in
                        page.element("th", ["scope": "row"], target)
                        page.element("td") { $0.number(fit.r2, Format.loss(fit.r2)) }
                        for value in [fit.rootMeanSquare, fit.meanAbsolute, fit.mean] {
                            page.element("td") { $0.number(value, Format.measure(value)) }
                        }
                    }
                }
            }
        }
    }

    /// The predictions of one output over all rows.
    struct Fit: Sendable {
        var pairs: [(truth: Double, prediction: Double)]

        /// Collects the predictions of an output.
        ///
        /// - Parameters:
        ///   - closeUp: The rows and their predictions.
        ///   - output: The index of the output.
        ///   - scale: The scale of the target. Numbers are restored to the units of the table's column.
        init(_ closeUp: CloseUp, output: Int, _ scale: Preprocessing.Scale) {
            pairs = closeUp.rows.enumerated().map { index, row in
                let prediction = closeUp.predictions.values[index * closeUp.predictions.outputs + output]
                return (scale.invert(closeUp.split.target(Int(row), output: output)), scale.invert(Double(prediction)))
            }
        }

        private func mean(_ value: ((truth: Double, prediction: Double)) -> Double) -> Double {
            pairs.reduce(0) { $0 + value($1) } / Double(max(1, pairs.count))
        }

        /// The mean of true minus predicted values.
        var mean: Double { mean { $0.truth - $0.prediction } }
        var meanAbsolute: Double { mean { ($0.truth - $0.prediction).magnitude } }
        var rootMeanSquare: Double { mean { ($0.truth - $0.prediction) * ($0.truth - $0.prediction) }.squareRoot() }

        /// The coefficient of determination. If all true values are equal, it is 1 when every prediction is exact and 0
        /// otherwise, as in scikit-learn.
        var r2: Double {
            let center = mean(\.truth)
            let spread = mean { ($0.truth - center) * ($0.truth - center) }
            let error = rootMeanSquare * rootMeanSquare
            guard spread > 0 else { return error == 0 ? 1 : 0 }
            return 1 - error / spread
        }
    }
}
