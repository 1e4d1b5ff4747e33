import Glibc

@testable import FastTrainData
@testable import FastTrainSupport

let tableParsers = [
    Parser(name: "csv", test: testCSV),
    Parser(name: "table", test: testTable),
    Parser(name: "series", test: testSeries),
]

private let delimiters = ",;\t |".utf8.map { $0 }

// MARK: - Records

/// Consecutive CSV records: for each, its line and the bytes of its fields, with quotes resolved. All are in one array,
/// because most of a fuzzer's time goes into allocations. The separators are not UTF-8, so text cannot contain them.
private struct Records: Equatable, CustomStringConvertible {
    private var bytes: [UInt8] = []

    mutating func begin(line: Int) {
        bytes.append(0xFE)
        withUnsafeBytes(of: line.littleEndian) { bytes += $0 }
    }

    mutating func append(field: some Collection<UInt8>) {
        bytes.append(0xFF)
        bytes += field
    }

    var description: String {
        var rest = bytes[...]
        var records: [(line: Int, fields: [String])] = []
        while rest.popFirst() == 0xFE {
            let line = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            records.append((line, []))
            rest = rest.dropFirst(8)
            while rest.first == 0xFF {
                let field = rest.dropFirst().prefix { $0 < 0xFE }
                records[records.count - 1].fields.append(String(decoding: field, as: UTF8.self))
                rest = rest[field.endIndex...]
            }
        }
        return "\(records)"
    }
}

/// Returns the records as `CSVReader` reads them, or `nil` if it refuses them.
private func records(of path: String, delimiter: UInt8, bufferBytes: Int) -> Records? {
    reading { () throws(FastTrainError) in
        let reader = try CSVReader(path: path, delimiter: delimiter, bufferBytes: bufferBytes)
        var records = Records()
        while try reader.next() {
            records.begin(line: reader.line)
            for field in 0..<reader.fieldCount { records.append(field: try reader.text(field).utf8) }
        }
        return records
    }
}

/// A byte-by-byte reference reader of CSV that holds the whole file in memory; it returns `nil` for a violation.
private func plainRecords(_ file: UnsafeRawBufferPointer, delimiter: UInt8) -> Records? {
    var bytes = file[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return nil }
    var records = Records()
    var (p, line) = (bytes.startIndex, 1)
    /// Skips LF, CR LF or CR, and returns whether there was one.
    func skipLineEnd() -> Bool {
        guard p < bytes.endIndex, bytes[p] == 0x0A || bytes[p] == 0x0D else { return false }
        p += bytes[p] == 0x0D && p + 1 < bytes.endIndex && bytes[p + 1] == 0x0A ? 2 : 1
        line += 1
        return true
    }
    func endsField(_ byte: UInt8) -> Bool { byte == delimiter || byte == 0x0A || byte == 0x0D }
    func isSpace(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
    /// Skips a quoted field, and returns `nil` for a violation.
    func quoted() -> [UInt8]? {
        var field: [UInt8] = []
        p += 1
        while true {
            guard p < bytes.endIndex, bytes[p] != 0 else { return nil }
            if bytes[p] == UInt8(ascii: "\"") {
                p += 1
                guard p < bytes.endIndex, bytes[p] == UInt8(ascii: "\"") else { break }
            }
            let start = p
            if !skipLineEnd() { p += 1 }
            field += bytes[start..<p]
        }
        return p == bytes.endIndex || endsField(bytes[p]) ? field : nil
    }
    /// Skips an unquoted field.
    func plain() -> Slice<UnsafeRawBufferPointer>? {
        let start = p
        while p < bytes.endIndex, !endsField(bytes[p]) {
            if bytes[p] == 0 || bytes[p] == UInt8(ascii: "\"") { return nil }
            p += 1
        }
        var field = bytes[start..<p]
        while isSpace(field.last) { field.removeLast() }
        while isSpace(field.first) { field.removeFirst() }
        return field
    }
    func append(_ field: (some Collection<UInt8>)?) -> Bool {
        guard let field, let text = String(validating: field, as: UTF8.self), text.isStreamSafe else { return false }
        records.append(field: field)
        return true
    }
    while p < bytes.endIndex {
        records.begin(line: line)
        while true {
            let isQuoted = p < bytes.endIndex && bytes[p] == UInt8(ascii: "\"")
            guard isQuoted ? append(quoted()) : append(plain()) else { return nil }
            guard p < bytes.endIndex, bytes[p] == delimiter else { break }
            p += 1
        }
        _ = skipLineEnd()
    }
    return records
}

/// Checks that `CSVReader` returns the same records and refusals as the reference reader, wherever the end of its
/// buffer falls. The second byte of the input is the buffer size.
private func testCSV(_ bytes: UnsafeRawBufferPointer) {
    var input = Input(bytes)
    let delimiter = input.choice(delimiters)
    let bufferBytes = Int(input.byte())
    let found = records(of: Scratch.write("input.csv", input.rest), delimiter: delimiter, bufferBytes: bufferBytes)
    let right = plainRecords(input.rest, delimiter: delimiter)
    expect(found == right, "records \(describe(found)), by the book \(describe(right))")
}

private func describe(_ records: Records?) -> String { records?.description ?? "refused" }

// MARK: - Data sets

/// The settings of a conversion, taken from the first bytes of an input.
private func tableOptions(_ input: inout Input) -> TableOptions {
    var options = TableOptions(targets: input.choice([["1"], ["y"], ["2"], ["1", "2"]]))
    options.task = input.choice([nil, .classification, .regression])
    let flags = input.byte()
    options.missing = [nil, .mean, .median, nil][Int(flags & 3)]
    options.scale = [.standard, .minMax, .unscaled, .standard][Int(flags >> 2 & 3)]
    if flags & 16 != 0 { options.targetScale = .unscaled }
    if flags & 32 != 0 { options.weights = "w" }
    if flags & 64 != 0 { options.categorical = ["c"] }
    if flags & 128 != 0 { options.ignored = ["3"] }
    let more = input.byte()
    options.test = more & 1 == 0 ? 0 : 0.3
    options.unknown = more & 2 == 0 ? .refused : .ignore
    var format = CSVFormat()
    format.hasHeader = more & 4 == 0
    if more & 8 != 0 { format.delimiter = UInt8(ascii: ";") }
    options.format = format
    return options
}

/// Checks that a converted table is a sound data set, and that `TableRows` computes the same numbers for the same rows.
/// A table of test rows may follow after `---`.
private func testTable(_ bytes: UnsafeRawBufferPointer) {
    var input = Input(bytes)
    var options = tableOptions(&input)
    let (training, testing) = input.parts
    let path = Scratch.write("input.csv", training)
    if let testing { options.testFile = Scratch.write("test.csv", testing) }
    let output = Scratch.folder + "/output.safetensors"
    guard
        let data = reading(
            orUsage: true,
            { () throws(FastTrainError) in
                try TableConversion.write(table: path, options: options, to: output)
            })
    else { return }
    expect(data.preprocessing != nil, "a data set that does not say how it was made")
    describeSome(output, of: bytes)
    guard testing == nil, options.test == 0, let preprocessing = data.preprocessing else { return }
    let rows = again("its own table is refused") { () throws(FastTrainError) in
        let rows = try TableRows(path: path, format: options.format!, preprocessing, task: data.task)
        return try rows.dataset()
    }
    expect(rows.task == data.task, "another task")
    expectSame(rows.train, data.train, features: data.featureCount)
}

/// Whether two splits have the same numbers, ignoring weights.
private func expectSame(_ a: DataSplit, _ b: DataSplit, features: Int) {
    expect(a.count == b.count, "\(a.count) rows for \(b.count)")
    guard case .f32(let x) = a.features, case .f32(let y) = b.features else { finding("features that are no numbers") }
    for index in 0..<a.count * features {
        expect(x[index].bitPattern == y[index].bitPattern, "feature \(index): \(x[index]) for \(y[index])")
    }
    if case .values(let x, let outputs) = a.targets, case .values(let y, _) = b.targets {
        for index in 0..<a.count * outputs {
            expect(x[index].bitPattern == y[index].bitPattern, "target \(index): \(x[index]) for \(y[index])")
        }
    } else {
        for row in 0..<a.count { expect(a.label(row) == b.label(row), "row \(row): another label") }
    }
    extendLifetime(a)
    extendLifetime(b)
}

/// Checks that a converted series is a sound data set.
private func testSeries(_ bytes: UnsafeRawBufferPointer) {
    var input = Input(bytes)
    let shape = input.byte()
    let window = Preprocessing.Window(length: 1 + Int(shape & 3), horizon: 1 + Int(shape >> 2 & 3))
    var options = SeriesOptions(target: input.choice(["1", "y", "2"]), window: window)
    if shape & 16 != 0 { options.columns = ["1", "2"] }
    options.test = shape & 32 != 0 ? 0 : 0.2
    if shape & 64 != 0 { options.scale = .minMax }
    if shape & 128 != 0 { options.targetScale = .unscaled }
    var format = CSVFormat()
    format.hasHeader = input.byte() & 1 == 0
    options.format = format
    let path = Scratch.write("input.csv", input.rest)
    let output = Scratch.folder + "/output.safetensors"
    guard
        let data = reading(
            orUsage: true,
            { () throws(FastTrainError) in
                try SeriesConversion.write(table: path, options: options, to: output)
            })
    else { return }
    expect(data.preprocessing?.window == window, "another window")
    describeSome(output, of: bytes)
}
