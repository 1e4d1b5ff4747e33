import ArgumentParser

/// A public data set of four IDX files, with the servers that offer it.
enum Collection: String, CaseIterable, ExpressibleByArgument {
    case mnist
    case fashionMNIST = "fashion-mnist"

    /// A file: its name without `.gz`, and the SHA-256 of its decompressed content. Mirrors compress it differently.
    struct File {
        let name: String
        let digest: String
    }

    /// The training images and labels, followed by the test images and labels.
    var files: [File] {
        let names = [
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
        ]
        return zip(names, digests).map { File(name: $0, digest: $1) }
    }

    /// The digests of the files. The content of MNIST matches the MD5 checksums published with it; that of
    /// Fashion-MNIST matches Debian's package dataset-fashion-mnist.
    private var digests: [String] {
        switch self {
        case .mnist:
            [
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ]
        case .fashionMNIST:
            [
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ]
        }
    }

    /// The folders that contain the files, each compressed with gzip, in the order in which they are tried.
    var mirrors: [String] {
        switch self {
        case .mnist:
            ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"]
        case .fashionMNIST:
            [
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            ]
        }
    }

    /// The names of the classes, or `nil` to name them by their numbers.
    var classes: [String]? {
        switch self {
        case .mnist: nil
        case .fashionMNIST:
            [
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                "Ankle boot",
            ]
        }
    }
}
