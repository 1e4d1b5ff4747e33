/// Sixteen numbers at a time, on every instruction set: so the order of sums over lanes does not depend on the
/// hardware.
typealias Wide = SIMD16<Float>

/// The number of lanes of `Wide`.
@inline(__always) var wideCount: Int { 16 }

/// Loads sixteen numbers from an aligned address.
@inline(__always) func loadWide(_ source: UnsafePointer<Float>) -> Wide {
    readVector(source)
}

/// Stores sixteen numbers at an aligned address.
@inline(__always) func storeWide(_ value: Wide, to destination: UnsafeMutablePointer<Float>) {
    writeVector(value, to: destination)
}

/// Returns the sum over the lanes as a fixed tree: halves are added until one lane is left.
@inline(__always) func laneSum(_ v: Wide) -> Float {
    let eight = v.lowHalf + v.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
}

/// Returns the largest lane. NaN lanes may be ignored.
@inline(__always) func laneMax(_ v: Wide) -> Float {
    let eight = v.lowHalf.replacing(with: v.highHalf, where: v.highHalf .> v.lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two.y > two.x ? two.y : two.x
}

/// Returns eˣ as 2ⁿ · eʳ, where n is the integer nearest to x / ln 2, by a minimax polynomial for eʳ on |r| ≤ ln 2 / 2.
///
/// The error is below 2 units in the last place, for denormal results too (tested on a dense sample). The result is 0
/// below −104, infinity above 88.73, and NaN for NaN.
@inline(__always) func exponential(_ x: Wide) -> Wide {
    let clamped = x.replacing(with: -104, where: x .< -104).replacing(with: 89, where: x .> 89)
    // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
    let shifter = Wide(repeating: 12_582_912)
    let shifted = shifter.addingProduct(clamped, Wide(repeating: 1.442_695_04))
    let n = shifted - shifter
    // ln 2 in two parts. The first has so few bits that its product with n is exact.
    let r = clamped.addingProduct(n, Wide(repeating: -0.693_359_375))
        .addingProduct(n, Wide(repeating: 2.121_944_4e-4))
    var p = Wide(repeating: 0.000_199_179_72)
    p = Wide(repeating: 0.001_394_619).addingProduct(p, r)
    p = Wide(repeating: 0.008_333_265).addingProduct(p, r)
    p = Wide(repeating: 0.041_666_27).addingProduct(p, r)
    p = Wide(repeating: 0.166_666_67).addingProduct(p, r)
    p = Wide(repeating: 0.5).addingProduct(p, r)
    p = (r.addingProduct(p, r * r)) + 1
    // 2ⁿ is a product of two powers, because 2ⁿ itself may not be a normal number.
    let exponent = bits(shifted) &- bits(shifter)
    let half = exponent &>> 1
    return p * powerOfTwo(half) * powerOfTwo(exponent &- half)
}

@inline(__always) private func bits(_ x: Wide) -> SIMD16<Int32> { unsafeBitCast(x, to: SIMD16<Int32>.self) }

/// Returns 2ⁿ for n in −126...127.
@inline(__always) private func powerOfTwo(_ n: SIMD16<Int32>) -> Wide {
    unsafeBitCast((n &+ 127) &<< 23, to: Wide.self)
}

/// Returns 1 / (1 + e⁻ˣ).
///
/// The error is below 3 units in the last place for x ≥ −87. The result is 0 below −88.73.
@inline(__always) func logistic(_ x: Wide) -> Wide {
    Wide(repeating: 1) / (exponential(-x) + 1)
}

/// Returns tanh x by an odd minimax polynomial up to |x| = 0.625, and as 1 − 2 / (e²ˣ + 1) beyond.
///
/// The error is below 3 units in the last place.
@inline(__always) func hyperbolicTangent(_ x: Wide) -> Wide {
    let z = x * x
    var q = Wide(repeating: 0.002_147_537)
    q = Wide(repeating: -0.008_182_674).addingProduct(q, z)
    q = Wide(repeating: 0.021_702_968).addingProduct(q, z)
    q = Wide(repeating: -0.053_947_203).addingProduct(q, z)
    q = Wide(repeating: 0.133_332_1).addingProduct(q, z)
    q = Wide(repeating: -0.333_333_31).addingProduct(q, z)
    let small = x.addingProduct(x * z, q)
    let magnitude = x.replacing(with: -x, where: x .< 0)
    let large = Wide(repeating: 1) - Wide(repeating: 2) / (exponential(magnitude + magnitude) + 1)
    let signed = large.replacing(with: -large, where: x .< 0)
    return signed.replacing(with: small, where: magnitude .< 0.625)
}

/// Returns ln(1 + eˣ) as max(x, 0) + ln(1 + e^−|x|).
///
/// The error is below 2e-7 and below 4 units in the last place. The result is 0 below −104.
@inline(__always) func softplus(_ x: Wide) -> Wide {
    let tail = softplusTail(x)
    return x.replacing(with: 0, where: x .< 0).addingProduct(tail.0, tail.1)
}

/// Returns two factors of ln(1 + e^−|x|), which is computed as 2 artanh(u / (2 + u)) by its series, where u = e^−|x|.
@inline(__always) func softplusTail(_ x: Wide) -> (Wide, Wide) {
    let u = exponential(x.replacing(with: -x, where: x .> 0))
    let s = u / (u + 2)
    let z = s * s
    var p = Wide(repeating: 1 / 15.0)
    p = Wide(repeating: 1 / 13.0).addingProduct(p, z)
    p = Wide(repeating: 1 / 11.0).addingProduct(p, z)
    p = Wide(repeating: 1 / 9.0).addingProduct(p, z)
    p = Wide(repeating: 1 / 7.0).addingProduct(p, z)
    p = Wide(repeating: 1 / 5.0).addingProduct(p, z)
    p = Wide(repeating: 1 / 3.0).addingProduct(p, z)
    return (s + s, Wide(repeating: 1).addingProduct(p, z))
}

/// Returns the normal distribution function at x and its density, e^(−x²/2) / √(2π).
///
/// The tail of the distribution is the density times a polynomial in 1 / (1 + 0.3275911 |x| / √2) (Abramowitz & Stegun
/// 1964, 7.1.26). The error is below 2e-7.
@inline(__always) func normal(_ x: Wide) -> (distribution: Wide, density: Wide) {
    let magnitude = x.replacing(with: -x, where: x .< 0)
    let bell = exponential(x * x * -0.5)
    let t = Wide(repeating: 1) / (magnitude * 0.231_641_89 + 1)
    var p = Wide(repeating: 1.061_405_4)
    p = Wide(repeating: -1.453_152).addingProduct(p, t)
    p = Wide(repeating: 1.421_413_7).addingProduct(p, t)
    p = Wide(repeating: -0.284_496_74).addingProduct(p, t)
    p = Wide(repeating: 0.254_829_59).addingProduct(p, t)
    let tail = p * t * bell * 0.5
    return ((1 - tail).replacing(with: tail, where: x .< 0), bell * 0.398_942_28)
}

/// Returns the natural logarithm of a positive normal number as ln m + n ln 2, where m is in 2^−½..<2^½, by a minimax
/// polynomial for ln m.
///
/// The error is below 2 units in the last place. The result is infinity for infinity and NaN for NaN. It is undefined
/// for 0 and for negative and denormal numbers.
@inline(__always) func logarithm(_ x: Float) -> Float {
    guard x.isFinite else { return x }
    // The difference to the bits of 2^−½, shifted down, is n.
    let n = (Int32(bitPattern: x.bitPattern) &- 0x3f35_04f3) >> 23
    let f = Float(bitPattern: x.bitPattern &- UInt32(bitPattern: n << 23)) - 1
    let z = f * f
    var p: Float = 0.067_466_013
    p = Float(-0.116_756_41).addingProduct(p, f)
    p = Float(0.118_881_73).addingProduct(p, f)
    p = Float(-0.124_055_915).addingProduct(p, f)
    p = Float(0.142_195_51).addingProduct(p, f)
    p = Float(-0.166_679_96).addingProduct(p, f)
    p = Float(0.200_021_19).addingProduct(p, f)
    p = Float(-0.250_000_1).addingProduct(p, f)
    p = Float(0.333_333_13).addingProduct(p, f)
    let scale = Float(n)
    let low = (z * f * p).addingProduct(-0.5, z).addingProduct(scale, -2.121_944_4e-4)
    return scale * 0.693_359_375 + (f + low)
}
