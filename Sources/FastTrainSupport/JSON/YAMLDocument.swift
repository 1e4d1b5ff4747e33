/// The content of a YAML file as JSON values. Every JSON file is a YAML file, too.
///
/// Only the part of YAML that settings need is supported. A file is a single document and has no anchors, aliases or
/// tags, so its content is never larger than the file. Names are unique within a mapping. An unquoted word is `true`,
/// `false`, `null` or a number if it is written as in JSON (`1e-3`, `.5` and `+1` are numbers, too), and text
/// otherwise. Anything quoted is text.
package struct YAMLDocument: Sendable {
    /// The whole document; `null` for an empty file.
    package let value: JSON
    /// The line of each name in the outermost mapping, counted from 1.
    package let lines: [String: Int]

    /// Parses YAML text.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: The name of the file in errors.
    /// - Throws: `.badData` with a line if the text is malformed or not supported.
    package init(parsing text: String, file: String) throws(FastTrainError) {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBufferPointer { (bytes) -> Result<YAMLDocument, FastTrainError> in
            do throws(FastTrainError) {
                let reader = try YAMLReader(bytes, file: file)
                let value = try reader.document()
                return .success(YAMLDocument(value: value, lines: reader.lines))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(value: JSON, lines: [String: Int]) {
        self.value = value
        self.lines = lines
    }
}
