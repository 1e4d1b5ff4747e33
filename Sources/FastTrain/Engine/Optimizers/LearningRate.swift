/// The learning rate of each step of a run: a function of the recipe, the step and the figures of finished epochs, so that
/// there is nothing to save.
struct LearningRate: Sendable {
    private let recipe: Recipe
    private let steps: Int
    private let stepsPerEpoch: Int
    /// Rows of an epoch.
    private let rows: Int
    private let warmupSteps: Int
    private let stopping: EarlyStopping
    /// nil: the recipe's schedule.
    private let test: RateTest?

    /// `steps`: of the whole run. `test`: whose rates to take instead of the recipe's.
    init(_ recipe: Recipe, steps: Int, stepsPerEpoch: Int, rows: Int, test: RateTest? = nil) {
        self.recipe = recipe
        self.test = test
        stopping = EarlyStopping(recipe)
        self.steps = steps
        self.stepsPerEpoch = stepsPerEpoch
        self.rows = rows
        warmupSteps = Int((recipe.warmup * Double(stepsPerEpoch)).rounded())
    }

    /// Of a step, from 0. `history`: the epochs before it.
    ///
    /// As PyTorch's schedulers give it: CosineAnnealingLR down to 0 and OneCycleLR with its defaults (the momentum stays as
    /// it is) when stepped each minibatch, StepLR, ExponentialLR and ReduceLROnPlateau when stepped each epoch.
    func rate(_ step: Int, history: [EpochRecord]) -> Double {
        if let test { return test.rate(step) }
        let peak = recipe.learningRate
        if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
        let gamma = recipe.gamma ?? recipe.schedule.defaultGamma
        let position = step - warmupSteps
        let epochs = position / stepsPerEpoch
        switch recipe.schedule {
        case .constant: return peak
        case .step: return peak * FastTrain.power(gamma, epochs / recipe.decayEpochs)
        case .exponential: return peak * FastTrain.power(gamma, epochs)
        case .inverseScaling: return peak / FastTrain.power(Double(epochs) * Double(rows) + 1, recipe.power)
        case .plateau: return peak * FastTrain.power(gamma, reductions(history))
        case .adaptive: return stopping.adaptiveRate(history)
        case .cosine:
            return LearningRate.anneal(from: peak, to: 0, at: Double(position) / Double(max(1, steps - warmupSteps)))
        case .oneCycle: return oneCycle(position, of: steps - warmupSteps)
        }
    }

    private func oneCycle(_ step: Int, of steps: Int) -> Double {
        let peak = recipe.learningRate
        let start = peak / 25
        let end = start / 10_000
        let top = 0.3 * Double(steps) - 1
        let position = Double(step)
        if position <= top { return LearningRate.anneal(from: start, to: peak, at: position / top) }
        let fall = Double(steps - 1) - top
        return LearningRate.anneal(from: peak, to: end, at: fall > 0 ? min(1, (position - top) / fall) : 1)
    }

    /// How often a plateau was left behind since the warm-up.
    private func reductions(_ history: [EpochRecord]) -> Int {
        var plateau = Plateau(patience: recipe.decayEpochs)
        for record in history where record.step > warmupSteps {
            guard let figure = stopping.figure(record) else { continue }
            plateau.add(figure) { $0 > $1 + 1e-4 * abs($1) }
        }
        return plateau.count
    }

    /// Half a cosine from one value to another; `position` in 0...1.
    private static func anneal(from start: Double, to end: Double, at position: Double) -> Double {
        end + (start - end) / 2 * (1 + cosine(.pi * position))
    }

    /// cos x for x in 0...π, by sin's series about π/2, error below 1e-15: libm's differs from machine to machine.
    private static func cosine(_ x: Double) -> Double {
        let y = Double.pi / 2 - x
        var term = y
        var sum = y
        for k in stride(from: 2.0, through: 22.0, by: 2.0) {
            term *= -y * y / (k * (k + 1))
            sum += term
        }
        return sum
    }
}

/// xᵖ for x ≥ 1: e to p ln x, by series, error below 1e-14 relative for p ln x up to 100. libm's `pow` differs from
/// machine to machine.
func power(_ x: Double, _ p: Double) -> Double { exponential(p * logarithm(x)) }

/// ln x by series, error below 1e-15 relative; of 0 −∞.
func logarithm(_ x: Double) -> Double {
    guard x > 0 else { return -.infinity }
    // ln x = k ln 2 + 2 artanh y, with x / 2ᵏ in √½..<√2.
    var k = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 2.0.squareRoot() {
        mantissa /= 2
        k += 1
    }
    let y = (mantissa - 1) / (mantissa + 1)
    var term = y
    var artanh = y
    for n in stride(from: 3.0, through: 25.0, by: 2.0) {
        term *= y * y
        artanh += term / n
    }
    return k * 0.693_147_180_559_945_3 + 2 * artanh
}

/// eˣ by its series, error below 1e-15 relative for |x| up to 100; of any x: 0 or infinity beyond what a Double holds, NaN
/// of NaN.
func exponential(_ x: Double) -> Double {
    guard x.magnitude <= 1000 else { return x > 0 ? .infinity : x < 0 ? 0 : x }
    let ln2 = 0.693_147_180_559_945_3
    let whole = (x / ln2).rounded()
    let rest = x - whole * ln2
    var sum = 1.0
    var term = 1.0
    for n in stride(from: 1.0, through: 18.0, by: 1.0) {
        term *= rest / n
        sum += term
    }
    return sum * Double(sign: .plus, exponent: Int(whole), significand: 1)
}

/// xⁿ by repeated squaring: the same bits on every machine, unlike libm's `pow`.
func power(_ x: Double, _ n: Int) -> Double {
    var result = 1.0
    var square = x
    var left = n
    while left > 0 {
        if left & 1 == 1 { result *= square }
        square *= square
        left >>= 1
    }
    return result
}
