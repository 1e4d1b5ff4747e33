import Testing

@testable import FastTrainSupport

@Suite struct JSONTests {
    @Test func roundTrip() throws {
        let value = JSON.object([
            .init("b", .array([.null, .bool(true), .bool(false), .integer(.min), .integer(.max), .number(-0.1)])),
            .init("a \"quoted\"\\\n\u{1}é\u{1F600}", .string("\t\r\u{1F}/")),
            .init("empty", .array([.object([]), .array([]), .string("")])),
        ])
        #expect(try JSON(parsing: value.text, file: "text") == value)
        #expect(JSON.string("a\"\\\n\u{1}é").text == #""a\"\\\n\u0001é""#)
        #expect(JSON.number(.nan).text == "null")
        #expect(JSON.number(-.infinity).text == "null")
    }

    @Test(arguments: [
        (
            #" { "a" : [ 1 , 2.5e-1 , "é\u00e9\ud83d\ude00\/" ] } "#,
            JSON.object([
                .init("a", .array([.integer(1), .number(0.25), .string("éé\u{1F600}/")]))
            ])
        ),
        ("-0", .integer(0)), ("1E2", .number(100)), ("0.5", .number(0.5)), ("\n\"\"\t", .string("")),
    ])
    func parses(text: String, expected: JSON) throws {
        #expect(try JSON(parsing: text, file: "text") == expected)
    }

    /// JSON must be valid YAML as well, because the recipe.json of a run can be used as a configuration.
    @Test(arguments: [
        "\u{1}", "\u{7F}", "\u{80}", "\u{85}", "\u{9F}", "\u{A0}", "ÿ", "\u{FEFF}", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}",
        "\u{1F600}",
    ])
    func everyCharacterIsReadAsYAML(character: String) throws {
        let value = JSON.object([.init("a" + character, .string(character + character + "b"))])
        #expect(try JSON(parsing: value.text, file: "text") == value)
        #expect(try YAMLDocument(parsing: value.text, file: "text").value == value)
    }

    static let malformed: [(String, UInt64)] = [
        ("", 0), (" ", 1), ("nul", 0), ("truee", 4), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a:1}", 1),
        ("{\"a\":1,}", 7), ("[1", 2), ("{\"a\":1,\"a\":2}", 7), ("\"abc", 4), ("\"a\nb\"", 2), (#""\x""#, 2),
        (#""\ud83d""#, 2), (#""\ude00""#, 2), (#""\u12g4""#, 5), ("01", 0), ("+1", 0), ("1.", 0), (".5", 0), ("1e", 0),
        ("-", 0), ("1e999", 0), ("9223372036854775808", 0), ("NaN", 0), ("1 1", 2),
        (String(repeating: "[", count: 100_000), 64),
    ]

    @Test(arguments: malformed)
    func refuses(text: String, offset: UInt64) {
        let error = failure { _ = try JSON(parsing: text, file: "text") }
        #expect(error.place == .byte(offset), "\(error)")
    }
}
