import Testing

@testable import FastTrainPictures

@Suite struct BitmapFontTests {
    @Test func everyPrintableCharacterHasGlyph() {
        for code in 33...126 {
            let letter = Character(UnicodeScalar(UInt8(code)))
            let rows = (Glyphs.drawings[letter] ?? "").split(separator: "/")
            #expect((7...9).contains(rows.count), "\(letter)")
            #expect(Set(rows.map(\.count)).count == 1, "\(letter)")
            #expect(rows.joined().contains("#"), "\(letter)")
        }
        #expect(Set(Glyphs.drawings.values).count == Glyphs.drawings.count)
    }

    @Test func widths() {
        #expect(BitmapFont.width("é", scale: 2) == 10)  // the box for unknown characters
        #expect(BitmapFont.width("", scale: 2) == 0)
        #expect(BitmapFont.width("i i", scale: 1) == 1 + 1 + 3 + 1 + 1)
    }
}
