// Elementary functions in double precision, for numbers that are computed once a step or less. They are made of additions,
// multiplications and divisions alone, so that they give the same bits on every machine; libm's do not. (The kernels have
// single-precision versions of their own: Kernels/Elementary.swift.)

/// Returns cos x for x in 0...π, by the series of the sine about π/2. The error is below 1e-15.
func cosine(_ x: Double) -> Double {
    let y = Double.pi / 2 - x
    var term = y
    var sum = y
    for k in stride(from: 2.0, through: 22.0, by: 2.0) {
        term *= -y * y / (k * (k + 1))
        sum += term
    }
    return sum
}

/// Returns xᵖ for x ≥ 1, as e to the power of p ln x. The relative error is below 1e-14 for p ln x up to 100.
func power(_ x: Double, _ p: Double) -> Double { exponential(p * logarithm(x)) }

/// Returns ln x by its series, −∞ for 0. The relative error is below 1e-15.
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

/// Returns eˣ by its series. The relative error is below 1e-15 for |x| up to 100. The result is 0 or infinity where eˣ
/// exceeds the range of a `Double`, and NaN for NaN.
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

/// Returns xⁿ by repeated squaring.
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
