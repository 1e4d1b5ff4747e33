import Foundation
import FoundationXML

/// An element of a page as libxml2 reads it. The parser is strict: unclosed or unescaped markup is an error.
final class PageElement {
    let name: String
    let attributes: [String: String]
    private(set) var children: [PageElement] = []
    /// The text in the element, including that of its children.
    private(set) var text = ""

    fileprivate init(_ name: String, _ attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    /// The element and all its descendants, in document order.
    var all: [PageElement] { [self] + children.flatMap(\.all) }

    /// Returns all descendants with a name and, if given, a class.
    func all(_ name: String, class style: String? = nil) -> [PageElement] {
        all.filter { element in
            element.name == name
                && style.map { (element.attributes["class"] ?? "").split(separator: " ").contains(Substring($0)) }
                    ?? true
        }
    }

    /// The value of the first `<data>` element.
    var value: Double? { all("data").first?.attributes["value"].flatMap(Double.init) }

    /// Returns the section with a heading, or `nil` if the page has none.
    func section(_ heading: String) -> PageElement? {
        all("section").first { $0.all("h2").first?.text == heading }
    }

    /// Returns the key figure with a name at the top of the page.
    func tile(_ name: String) -> PageElement? {
        all("div", class: "tile").first { $0.all("p", class: "name").first?.text == name }
    }

    /// The cells of a table's body, row by row.
    var rows: [[PageElement]] {
        all("tbody").flatMap { $0.all("tr") }.map { $0.children.filter { ["td", "th"].contains($0.name) } }
    }

    /// Returns the root of a document. Throws the parser's error with its line and column.
    static func read(_ page: String) throws -> PageElement {
        let reader = Reader()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = reader
        guard parser.parse(), let root = reader.root else {
            throw NotWellFormed(
                line: parser.lineNumber, column: parser.columnNumber,
                reason: parser.parserError.map { "\($0)" } ?? "no element")
        }
        return root
    }

    struct NotWellFormed: Error {
        var line: Int
        var column: Int
        var reason: String
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var root: PageElement?
        private var open: [PageElement] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            let element = PageElement(name, attributes)
            open.last?.children.append(element)
            root = root ?? element
            open.append(element)
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) { open.removeLast() }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            for element in open { element.text += text }
        }
    }
}
