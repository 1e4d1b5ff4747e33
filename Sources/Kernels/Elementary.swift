/// Sixteen numbers at a time, on every instruction set: sums over lanes then have one order whatever the hardware.
typealias Wide = SIMD16<Float>

@inline(__always) var wideCount: Int { 16 }

@inline(__always) func loadWide(_ source: UnsafePointer<Float>) -> Wide {
    readVector(source)
}

@inline(__always) func storeWide(_ value: Wide, to destination: UnsafeMutablePointer<Float>) {
    writeVector(value, to: destination)
}

/// The sum over the lanes as a fixed tree: halves added until one lane is left.
@inline(__always) func laneSum(_ v: Wide) -> Float {
    let eight = v.lowHalf + v.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
}

/// The largest lane; NaN lanes may be passed over.
@inline(__always) func laneMax(_ v: Wide) -> Float {
    let eight = v.lowHalf.replacing(with: v.highHalf, where: v.highHalf .> v.lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two.y > two.x ? two.y : two.x
}

/// eˣ: 2ⁿ · eʳ with n the integer nearest to x / ln 2, and a minimax polynomial for eʳ on |r| ≤ ln 2 / 2.
///
/// Error below 2 units in the last place against the exact value, denormal results included (tested on a dense sample);
/// 0 below −104, infinity above 88.73, NaN of NaN.
@inline(__always) func exponential(_ x: Wide) -> Wide {
    let clamped = x.replacing(with: -104, where: x .< -104).replacing(with: 89, where: x .> 89)
    // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
    let shifter = Wide(repeating: 12_582_912)
    let shifted = shifter.addingProduct(clamped, Wide(repeating: 1.442_695_04))
    let n = shifted - shifter
    // ln 2 in two parts, of which the first has so few bits that n · part is exact.
    let r = clamped.addingProduct(n, Wide(repeating: -0.693_359_375))
        .addingProduct(n, Wide(repeating: 2.121_944_4e-4))
    var p = Wide(repeating: 0.000_199_179_72)
    p = Wide(repeating: 0.001_394_619).addingProduct(p, r)
    p = Wide(repeating: 0.008_333_265).addingProduct(p, r)
    p = Wide(repeating: 0.041_666_27).addingProduct(p, r)
    p = Wide(repeating: 0.166_666_67).addingProduct(p, r)
    p = Wide(repeating: 0.5).addingProduct(p, r)
    p = (r.addingProduct(p, r * r)) + 1
    // 2ⁿ as a product of two powers, since 2ⁿ itself may be no normal number.
    let exponent = bits(shifted) &- bits(shifter)
    let half = exponent &>> 1
    return p * powerOfTwo(half) * powerOfTwo(exponent &- half)
}

@inline(__always) private func bits(_ x: Wide) -> SIMD16<Int32> { unsafeBitCast(x, to: SIMD16<Int32>.self) }

/// 2ⁿ for n in −126...127.
@inline(__always) private func powerOfTwo(_ n: SIMD16<Int32>) -> Wide {
    unsafeBitCast((n &+ 127) &<< 23, to: Wide.self)
}

/// 1 / (1 + e⁻ˣ). Error below 3 units in the last place for x ≥ −87; 0 below −88.73.
@inline(__always) func logistic(_ x: Wide) -> Wide {
    Wide(repeating: 1) / (exponential(-x) + 1)
}

/// tanh x: an odd minimax polynomial up to |x| = 0.625, 1 − 2 / (e²ˣ + 1) beyond. Error below 3 units in the last place.
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

/// ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). Error below 2e-7 and 4 units in the last place; 0 below −104.
@inline(__always) func softplus(_ x: Wide) -> Wide {
    let tail = softplusTail(x)
    return x.replacing(with: 0, where: x .< 0).addingProduct(tail.0, tail.1)
}

/// Two numbers whose product is ln(1 + e^−|x|): the logarithm as 2 artanh(u / (2 + u)) by its series, with u = e^−|x|.
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

/// The normal distribution at x and its density: e^(−x²/2) / √(2π), and by it the distribution's tail, a polynomial in
/// 1 / (1 + 0.3275911 |x| / √2) (Abramowitz & Stegun 1964, 7.1.26). Error below 2e-7.
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

/// Natural logarithm of a positive normal number: ln m + n ln 2 with m in 2^−½..<2^½ and a minimax polynomial for ln m.
///
/// Error below 2 units in the last place. Infinity of infinity, NaN of NaN; not for 0, negative or denormal numbers.
@inline(__always) func logarithm(_ x: Float) -> Float {
    guard x.isFinite else { return x }
    // The bits above those of 2^−½, shifted down, are n.
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
