/// A file, or a part of one, that is read in place.
package protocol UnchangingFile {
    /// Throws `.badData` if the file has been modified since it was opened.
    func checkUnchanged() throws(FastTrainError)
}

extension MappedFile: UnchangingFile {}
extension SafeTensors: UnchangingFile {}
