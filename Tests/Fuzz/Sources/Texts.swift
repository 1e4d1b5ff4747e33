import Glibc

@testable import FastTrainData
@testable import FastTrainSupport

// MARK: - Numbers

/// Returns what `strtod` reads from a text without null bytes.
private func strtodValue(_ bytes: UnsafeRawBufferPointer) -> Double {
    let text = bytes.map { CChar(bitPattern: $0) } + [0]
    return strtod(text, nil)
}

/// Whether a text is a decimal number: an optional sign, digits with an optional point, and an optional exponent.
private func isDecimal(_ text: UnsafeRawBufferPointer) -> Bool {
    var rest = text[...]
    func skipSign() { if let first = rest.first, first == 0x2B || first == 0x2D { rest = rest.dropFirst() } }
    func skipDigits() -> Int {
        let count = rest.prefix { (0x30...0x39).contains($0) }.count
        rest = rest.dropFirst(count)
        return count
    }
    skipSign()
    var digits = skipDigits()
    if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        digits += skipDigits()
    }
    guard digits > 0 else { return false }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
        rest = rest.dropFirst()
        skipSign()
        guard skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
}

/// Compares a number as tables, JSON and YAML read it with `strtod`, to the bit, and another number of many digits.
func testNumber(_ bytes: UnsafeRawBufferPointer) {
    checkNumber(bytes)
    var number = longNumber(bytes)
    number.withUTF8 { checkNumber(UnsafeRawBufferPointer($0)) }
}

/// Derives a number of up to 20 digits from the input. Rounding errors affect one number in thousands, and coverage
/// does not lead to them.
private func longNumber(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = XXH64()
    hash.update(bytes)
    let first = hash.value
    hash.update("more")
    let second = hash.value
    let digits = String(first >> (second & 15))
    let point = digits.index(digits.startIndex, offsetBy: Int(second >> 8 & 0xFF) % (digits.count + 1))
    return "\(digits[..<point]).\(digits[point...])e\(Int(second >> 16 & 0xFFFF) % 60 - 30)"
}

private func checkNumber(_ bytes: UnsafeRawBufferPointer) {
    let isNumber = isDecimal(bytes)
    let value = DecimalNumber.parse(bytes.bindMemory(to: UInt8.self))
    expect((value != nil) == isNumber, isNumber ? "a number that tables have not" : "a number of tables that is none")
    guard let value else { return }
    let right = strtodValue(bytes)
    expect(value.bitPattern == right.bitPattern, "\(value) in tables, \(right) by strtod")
    let text = String(decoding: bytes, as: UTF8.self)
    if case .number(let value)? = try? JSON(parsing: text, file: "") {
        expect(value.bitPattern == right.bitPattern, "\(value) in JSON, \(right) by strtod")
    }
    if case .number(let value)? = try? YAMLDocument(parsing: text, file: "").value {
        expect(value.bitPattern == right.bitPattern, "\(value) in YAML, \(right) by strtod")
    }
}

// MARK: - JSON and YAML

/// Checks that accepted JSON is read back unchanged after it was written, compactly or indented.
func testJSON(_ bytes: UnsafeRawBufferPointer) {
    guard let text = Input(bytes).text,
        let json = reading({ () throws(FastTrainError) in
            try JSON(parsing: text, file: "input")
        })
    else { return }
    for written in [json.text, json.page] {
        let copy = again("\(written) is refused") { () throws(FastTrainError) in
            try JSON(parsing: written, file: "written")
        }
        expect(copy == json, "\(written) is read as another value: \(copy.text)")
    }
    expect(json.excerpt.count <= 61, "an excerpt of \(json.excerpt.count) characters")
}

/// Checks that the JSON of an accepted YAML document is read back unchanged: JSON is also YAML.
func testYAML(_ bytes: UnsafeRawBufferPointer) {
    guard let text = Input(bytes).text,
        let document = reading({ () throws(FastTrainError) in
            try YAMLDocument(parsing: text, file: "input")
        })
    else { return }
    let written = document.value.text
    _ = again("\(written) is refused as JSON") { () throws(FastTrainError) in
        try JSON(parsing: written, file: "written")
    }
    // libyaml folds lines beyond ASCII where JSON has none, and it refuses names of more than 1024 bytes.
    guard written.utf8.count < 1000, written.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return }
    let copy = again("\(written) is refused") { () throws(FastTrainError) in
        try YAMLDocument(parsing: written, file: "written")
    }
    expect(copy.value == document.value, "\(written) is read as another value: \(copy.value.text)")
}
