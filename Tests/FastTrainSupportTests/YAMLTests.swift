import Testing

@testable import FastTrainSupport

/// The supported part of YAML, and what is refused. Words are interpreted by YAML 1.2's core schema, in which `no` is
/// text and `1e-3` is a number.
struct YAMLTests {
    private func read(_ text: String) throws -> JSON { try YAMLDocument(parsing: text, file: "f").value }

    @Test(arguments: [
        ("a: 1", "{\"a\":1}"), ("a: -7", "{\"a\":-7}"), ("a: 1e-3", "{\"a\":0.001}"), ("a: .5", "{\"a\":0.5}"),
        ("a: 2.", "{\"a\":2.0}"), ("a: '1'", "{\"a\":\"1\"}"), ("a: \"x\\u0041\"", "{\"a\":\"xA\"}"),
        ("a: no", "{\"a\":\"no\"}"), ("a: true", "{\"a\":true}"), ("a: ~", "{\"a\":null}"), ("a:", "{\"a\":null}"),
        ("a: 18446744073709551615", "{\"a\":\"18446744073709551615\"}"), ("a: 1-2", "{\"a\":\"1-2\"}"),
        ("a: [[1, 2], [3]]", "{\"a\":[[1,2],[3]]}"), ("a:\n- b\n- {c: d}", "{\"a\":[\"b\",{\"c\":\"d\"}]}"),
        ("", "null"), ("# only this", "null"), ("--- 5", "5"),
        ("{\"a\":[1,null,false,1e2]}", "{\"a\":[1,null,false,100.0]}"),
        ("a: .inf", "{\"a\":\".inf\"}"), ("a: e", "{\"a\":\"e\"}"), ("a: 1e999", "{\"a\":\"1e999\"}"),
    ])
    func values(text: String, json: String) throws {
        #expect(try read(text).text == json)
    }

    @Test func linesOfNames() throws {
        let document = try YAMLDocument(parsing: "# first\na: 1\n\nb:\n  c: 2\n", file: "f")
        #expect(document.lines == ["a": 2, "b": 4])
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3", 3, "each name once", "'a' a second time"),
        ("a:\n  b: 1\n  b: 2", 3, "each name once", "'b' a second time"),
        ("a: &x 1", 1, "no anchor (&)", "one"), ("\na: *x", 2, "no alias (*)", "one"),
        ("a: !!int 1", 1, "no tag (!)", "one"), ("a: 1\n--- \nb: 2", 2, "a single document", "a second one"),
        ("a: [1", 2, "valid YAML or JSON", "an error: did not find expected ',' or ']'"),
        ("a: 1\n\tb", 2, "valid YAML or JSON", "an error: found a tab character that violates indentation"),
        ("a: \"\n\u{1}\"", 2, "valid YAML or JSON", "an error: control characters are not allowed"),
        ("? [a]\n: 1", 1, "a name before the colon", "another kind of value"),
    ])
    func refusals(text: String, line: Int, expected: String, found: String) {
        #expect(throws: FastTrainError.badData(file: "f", place: .line(line), expected: expected, found: found)) {
            try read(text)
        }
    }

    @Test(arguments: [
        (String(repeating: "[", count: 100_000), "at most 32 levels"),
        (String(repeating: "- ", count: 100_000), "at most 32 levels"),
        (String(repeating: "{a: ", count: 100_000), "at most 32 levels"),
        ("[" + String(repeating: "1,", count: 200_000) + "1]", "at most 100000 values"),
    ])
    func excessIsRefused(text: String, expected: String) {
        #expect(throws: FastTrainError.badData(file: "f", place: .line(1), expected: expected, found: "one more")) {
            try read(text)
        }
    }

    /// JSON is read in the same way as by the JSON parser.
    @Test func jsonIsYAML() throws {
        let text = """
            {"a": [1, -2.5, 3e-8, 1E+5, 0.1], "b":{"c":true,"d" : null}, "e": "\\"\\\\ \\n \\u00e9 /", "f":[], "g":{},
            \t"h": "a: b # c"}
            """
        #expect(try read(text) == JSON(parsing: text, file: "f"))
    }
}
