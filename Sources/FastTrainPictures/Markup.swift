import FastTrainSupport

/// A writer of HTML and SVG that is also well-formed XML: every element is closed and every text escaped.
package struct Markup: Sendable {
    /// The text written so far.
    package private(set) var text = ""

    /// Attribute names and values, in order.
    package typealias Attributes = KeyValuePairs<String, String>

    package init() {}

    /// Writes an element whose content is written by `content`.
    package mutating func element<Failure: Error>(
        _ name: String, _ attributes: Attributes = [:], _ content: (inout Markup) throws(Failure) -> Void
    ) throws(Failure) {
        open(name, attributes)
        text += ">"
        try content(&self)
        text += "</\(name)>"
        if !Self.inline.contains(name) { text += "\n" }
    }

    /// Writes an element that contains text.
    package mutating func element(_ name: String, _ attributes: Attributes, _ content: String) {
        element(name, attributes) { $0.write(content) }
    }

    /// Writes an element without attributes that contains text.
    package mutating func element(_ name: String, _ content: String) { element(name, [:], content) }

    /// Writes an element without content.
    package mutating func empty(_ name: String, _ attributes: Attributes) {
        open(name, attributes)
        text += " />"
    }

    /// Writes arbitrary text, escaped.
    package mutating func write(_ content: String) { text += Self.escaped(content) }

    /// Writes a number in a readable form, with its exact value for programs.
    package mutating func number(_ value: Double, _ shown: String) {
        element("data", ["value": "\(value)"], shown)
    }

    /// Writes text without escaping, such as a style sheet or the start of the document.
    package mutating func verbatim(_ content: StaticString) { text += "\(content)" }

    private mutating func open(_ name: String, _ attributes: Attributes) {
        text += "<\(name)"
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
    }

    /// The elements that are not followed by a line break, because the white space would be visible.
    private static let inline: Set = ["a", "b", "bdi", "code", "data", "em", "span", "text", "title", "tspan"]

    /// Returns text with special characters of markup escaped. U+FFFD replaces characters that XML does not allow,
    /// control characters, and characters that change the direction of the text that follows.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            default:
                result.unicodeScalars.append(isRefused(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }

    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
        case 0x202A...0x202E, 0x2066...0x2069: true  // embeddings, overrides and isolates of direction
        default: false
        }
    }
}

extension Markup {
    /// Writes an image that is embedded in the page.
    package mutating func image(_ png: [UInt8], alt: String, _ attributes: Attributes = [:]) {
        text += "<img src=\"data:image/png;base64,\(Self.base64(png))\" alt=\"\(Self.escaped(alt))\""
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += " />"
    }

    /// Encodes bytes as base64 (RFC 4648).
    static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let three = bytes[start..<min(start + 3, bytes.count)]
            let bits = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
            for place in 0..<4 {
                result.append(
                    place <= three.count ? letters[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
