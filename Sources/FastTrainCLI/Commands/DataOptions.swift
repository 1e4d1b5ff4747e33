import ArgumentParser
import FastTrain

/// The data set to learn from, and the rows of it that are held out.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Data set made by fasttrain-data. (default: the built-in sample of 5,000 MNIST images)", valueName: "file"))
    var data: String?

    @OptionGroup var settings: SettingOptions<DataSection>

    /// Returns the path of the data set: the one that was given, or that of the configuration file; `nil` for the built-in
    /// sample.
    func path(_ configuration: RunConfiguration?) -> String? { data ?? configuration?.data }

    /// Opens the data set.
    ///
    /// - Throws: `.badData` if the path is that of the configuration file and the data has changed since.
    func open(_ configuration: RunConfiguration? = nil) throws(FastTrainError) -> Dataset {
        let dataset = if let path = path(configuration) { try Dataset(path: path) } else { try Dataset.mnistSample() }
        if data == nil { try configuration?.expect(dataset) }
        return dataset
    }
}

/// The section "Data" of the help.
enum DataSection: SettingSection { static let section = RecipeSetting.Section.data }
