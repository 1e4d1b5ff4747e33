import Testing

/// The help as a user sees it, in 80 columns.
struct HelpTests {
    @Test func program() throws {
        try expectHelp(
            of: [],
            """
            OVERVIEW: Trains multilayer perceptrons on CPUs, fast and with identical
            results on all of them.

            Without a subcommand, fasttrain trains a network. Without --data, it learns
            handwritten digits from a built-in sample of MNIST. A complete session:

              fasttrain --output run
              fasttrain evaluate run
              fasttrain predict run -o predictions.csv

            'fasttrain train --help' lists the options of training.

            USAGE: fasttrain <subcommand>

            OPTIONS:
              --version               Show the version.
              -h, --help              Show help information.

            SUBCOMMANDS:
              train (default)         Train a network (the default).
              search                  Find a good network on held-out rows, and train it.
              resume                  Resume a run or a search that was stopped.
              evaluate                Show the loss, accuracy and confusion matrix of a
                                      model.
              predict                 Write a model's prediction for each row as CSV.
              report                  Write the report.html of a run again.
              boundary                Draw the predictions of a model with two inputs over
                                      a plane.
              find-rate               Find a learning rate by a short training at rising
                                      rates.
              inspect                 Describe the content of a data set, model or
                                      checkpoint.
              benchmark               Measure how fast this machine trains, relative to its
                                      arithmetic peak.

              See 'fasttrain help <subcommand>' for detailed help.

            """)
    }

    @Test func train() throws {
        try expectHelp(
            of: ["train"],
            """
            OVERVIEW: Train a network (the default).

            The same options and data give the same parameters, to the bit, with any number
            of threads and on any CPU. Ctrl-C finishes the current step and saves a
            checkpoint in the folder of the run; 'fasttrain resume' goes on from there.

            USAGE: fasttrain [train] [<options>]

            DATA:
              --data <file>           A data set made by fasttrain-data. (default: the
                                      built-in sample of 5,000 MNIST images)
              --validation <share>    Share of the training rows held out for validation
                                      (stratified); 0: none. (default: 0.1)

            NETWORK:
              --hidden <units>        Units of each hidden layer, or 'none' for a linear
                                      model. (default: 256,128)
              --activation <name>     Nonlinearity of the hidden layers: identity, relu,
                                      leaky-relu, elu, sigmoid, tanh, gelu, gelu-tanh,
                                      silu, softplus, mish; one for all or, with commas,
                                      one for each. (default: relu)
              --normalization <name>  Between the hidden layers' sums and their
                                      nonlinearities: of each unit over the minibatch, or
                                      of each row over the units. (values: none, batch,
                                      layer; default: none)
              --leaky-slope <slope>   Slope of leaky-relu below zero. (default: 0.01)
              --init <file>           Start from the parameters in this safetensors file,
                                      named as in PyTorch's nn.Sequential (0.weight,
                                      0.bias, 2.weight, ...), instead of random ones.

            TRAINING:
              --loss <name>           What to minimise; unless given, cross-entropy for
                                      classes and squared-error for numbers. (values:
                                      cross-entropy, binary-cross-entropy, squared-error,
                                      absolute-error, huber, poisson)
              --huber-delta <x>       Distance from the target beyond which huber is
                                      linear. (default: 1)
              --class-weight <weights>
                                      What the rows of each class count in training:
                                      'balanced' for each class alike, or numbers with
                                      commas in the classes' order. (default: each row
                                      counts 1)
              --label-smoothing <share>
                                      Of cross-entropy, in training: the share of a row's
                                      weight that all classes have alike. (default: 0.0)
              --optimizer <name>      How a gradient becomes an update; lbfgs takes all
                                      rows at once. (values: sgd, adam, adamw, rmsprop,
                                      adagrad, lion, lbfgs; default: adam)
              --learning-rate <rate>  Learning rate, the largest of the schedule. (default:
                                      0.002)
              --momentum <share>      Momentum of sgd, in 0..<1. (default: 0.9)
              --nesterov/--no-nesterov
                                      Nesterov's momentum, for sgd. (default: off)
              --beta1 <share>         Decay of the mean of gradients, for adam, adamw and
                                      lion. (default: 0.9)
              --beta2 <share>         Decay of the mean of their squares, for adam, adamw
                                      and rmsprop; of lion's mean. (default: 0.999 for adam
                                      and adamw, else 0.99)
              --epsilon <x>           Added to the denominator, for all but sgd and lion.
                                      (default: 1e-08)
              --dropout <share>       Share of each hidden layer's outputs that a step
                                      drops; one for all layers or, with commas, one for
                                      each. (default: 0)
              --input-dropout <share> Share of the features that a step drops. (default:
                                      0.0)
              --weight-decay <rate>   Weight decay (decoupled in adamw and lion). (default:
                                      0.0)
              --alpha <x>             scikit-learn's L2 penalty: half of this times the
                                      squared weights (without biases) is added to the loss
                                      of each minibatch, divided by its rows. (default: 0.0)
              --l1 <rate>             Times each weight's sign added to its gradient.
                                      (default: 0.0)
              --clip-value <x>        Clip each element of the gradient to this magnitude.
                                      (default: none)
              --clip-norm <x>         Scale the whole gradient down to this norm. (default:
                                      none)
              --max-norm <x>          Scale each unit's incoming weights down to this norm
                                      after an update. (default: none)
              --ema <share>           Evaluate and keep the mean of the weights after each
                                      step, that of each step counting this share of the
                                      next one's. (default: no mean)
              --history-size <n>      Of lbfgs: past steps that tell the curvature.
                                      (default: 10)
              --gradient-tolerance <x>
                                      Of lbfgs: end when no element of the gradient is
                                      larger. (default: 1e-05)
              --schedule <name>       Learning rate over the steps. (values: constant,
                                      step, exponential, inverse-scaling, plateau,
                                      adaptive, cosine, one-cycle; default: cosine)
              --gamma <factor>        What step, exponential and plateau multiply the
                                      learning rate by. (default: 0.1, of exponential 0.9)
              --decay-epochs <n>      Epochs after which step does so, or without a better
                                      --monitor after which plateau does. (default: 10)
              --power <p>             Of inverse-scaling: the rate is divided by the rows
                                      of the finished epochs to this power. (default: 0.5)
              --warmup <epochs>       Epochs over which the learning rate rises before its
                                      schedule begins. (default: 0.0)
              --batch-size <n>        Rows of a minibatch. (default: 128)
              --epochs <n>            Passes over the training rows; of lbfgs iterations.
                                      (default: 10)
              --monitor <name>        What the best epoch is told by, whose model is kept;
                                      of train-loss the last model is. (values:
                                      validation-loss, validation-score, train-loss;
                                      default: validation-loss)
              --patience <n>          End when so many epochs in a row were no better.
                                      (default: never)
              --min-delta <x>         By how much better, for --patience. (default: 0)
              --tol <x>               scikit-learn's tolerance: end when more than
                                      --n-iter-no-change epochs in a row each brought less
                                      than this in training loss, or with --monitor
                                      validation-score in that. (default: 1e-4 with
                                      --n-iter-no-change or --schedule adaptive, else never)
              --n-iter-no-change <n>  See --tol; for adaptive, which then goes on with a
                                      fifth of the rate. (default: 10)
              --seed <n>              Key of all randomness. (default: 1)
              --shuffle/--no-shuffle  Take the rows in a new order in each epoch, or in the
                                      file's. (default: --shuffle)
              --shards <n>            Slices of a minibatch whose gradients are added up,
                                      as with that many machines. Part of the result,
                                      unlike --threads. (default: 2)
              --precision <name>      Of the factors in matrix products; sums and
                                      parameters stay single-precision. bf16 (bfloat16)
                                      takes a CPU with AVX512_BF16. (values: f32, bf16;
                                      default: f32)

            OPTIONS:
              --config <file>         Settings from a YAML or JSON file, with the names
                                      that recipe.json has; options given here override
                                      them. With the recipe.json of a run, that run is done
                                      again.
              --output <folder>       Folder for the model, the history and the checkpoints
                                      of this run. (default: nothing is written)
              --checkpoint-every <n>  Steps between two checkpoints. (default: those of an
                                      epoch)
              --tensorboard <folder>  Folder for event files that TensorBoard reads, a
                                      value of each epoch. (default: none are written)
              --max-time <time>       End this session after the last epoch that fits into
                                      this time, such as 90s, 10m or 1.5h, the first in any
                                      case. (default: no limit)
              --threads <n>           Threads to compute with. (default: as many as CPUs
                                      may be used)
              --quiet                 No settings and no progress on standard error.
              --json                  Print the result as one JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """)
    }

    /// The options of the network and of training are those of 'train'.
    @Test func search() throws {
        let help = try Fasttrain.run(["search", "--help"]).stdout
        let start = """
            OVERVIEW: Find a good network on held-out rows, and train it.

            Recipes are drawn from a space and compared on rows that are held out of the
            training rows; the best is then trained on all of these and evaluated on the
            test rows, once. By hyperband, many recipes are trained for one epoch, the best
            third of them for three, and so on. What is given of the network and of
            training is what all trials have alike. --epochs is the most that a trial is
            trained for, --monitor what trials are told apart by: 27 and validation-score,
            unless given. The same options and data give the same trials and the same
            winner, with any number of threads, also after Ctrl-C and 'fasttrain resume';
            only --time makes a difference.

            USAGE: fasttrain search <options>

            SEARCH:
              --space <file>          What to try, in YAML or JSON: for each setting, by
                                      its name in recipe.json, a list of values or {low:
                                      1e-4, high: 1e-2, log: true}. (default: sizes,
                                      activation, adam or adamw, learning rate, minibatch,
                                      dropout, weight decay, label smoothing)
              --method <name>         How to go about the trials. (values: hyperband,
                                      random, grid; default: hyperband)
              --trials <n>            How many recipes to try. (default: 50; of a grid all)
              --time <time>           Begin no trial that would not fit into this time,
                                      such as 90s, 10m or 1.5h, the winner's training
                                      included. (default: no limit)
              --folds <n>             Hold out each of so many parts of the training rows
                                      in turn, instead of one share.
              --final-epochs <n>      Epochs of the winner's training. (default: those by
                                      which it won)

            DATA:

            """
        #expect(help.hasPrefix(start), "\(help)")
        let end = """

            OPTIONS:
              --config <file>         Settings that all trials have alike, as 'fasttrain
                                      train' takes them.
              --output <folder>       Folder for the trials and, in its subfolder 'best',
                                      the winner's run. One that holds this very search
                                      goes on with it. (default: nothing is written)
              --threads <n>           Threads to compute with. (default: as many as CPUs
                                      may be used)
              --quiet                 No settings and no progress on standard error.
              --json                  Print the result as one JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """
        #expect(help.hasSuffix(end), "\(help)")
    }

    @Test func resume() throws {
        try expectHelp(
            of: ["resume"],
            """
            OVERVIEW: Resume a run or a search that was stopped.

            A run continues from its newest intact checkpoint, a search after its last
            finished trial. The result is identical to that of a run that was never
            stopped. With more epochs, it is identical to that of a run started with that
            many, except for the schedules cosine and one-cycle, which depend on the total
            number of steps. A run that --patience ended stays ended.

            USAGE: fasttrain resume <folder> [--epochs <n>] [--data <file>] [--tensorboard <folder>] [--max-time <time>] [--threads <n>] [--quiet] [--json]

            ARGUMENTS:
              <folder>                The folder of the run or search (its --output).

            OPTIONS:
              --epochs <n>            Total number of epochs. (default: as when the run was
                                      started)
              --data <file>           The current path of the data set, if it has moved.
              --tensorboard <folder>  Folder for event files that TensorBoard reads, a
                                      value of each epoch. (default: none are written)
              --max-time <time>       End this session after the last epoch that fits into
                                      this time, such as 90s, 10m or 1.5h, the first in any
                                      case. (default: no limit)
              --threads <n>           Threads to compute with. (default: as many as CPUs
                                      may be used)
              --quiet                 No settings and no progress on standard error.
              --json                  Print the result as one JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """)
    }

    @Test func evaluate() throws {
        try expectHelp(
            of: ["evaluate"],
            """
            OVERVIEW: Show the loss, accuracy and confusion matrix of a model.

            For a model that predicts numbers, show the loss and R2, the coefficient of
            determination.

            USAGE: fasttrain evaluate <model> [--data <file>] [--split <name>] [--delimiter <character>] [--no-header] [--unknown <name>] [--threads <n>] [--json]

            ARGUMENTS:
              <model>                 A model or checkpoint file, or the folder of a run or
                                      search.

            OPTIONS:
              --data <file>           A data set made by fasttrain-data or, for a model of
                                      a table, a CSV table with the same columns. (default:
                                      the run's data for a folder, otherwise the built-in
                                      MNIST sample)
              --split <name>          Rows of the data set to use. (default: test) (values:
                                      train, test)
              --delimiter <character> For a table: the character between fields, or 'tab'.
                                      (default: a comma, or a tab for .tsv)
              --no-header             For a table: the first line is a row, not a header.
              --unknown <name>        For a table: how to handle categories that the model
                                      does not know. (values: refuse, ignore; default:
                                      refuse)
              --threads <n>           Threads to compute with. (default: as many as CPUs
                                      may be used)
              --json                  Print the result as one JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """)
    }

    @Test func predict() throws {
        try expectHelp(
            of: ["predict"],
            """
            OVERVIEW: Write a model's prediction for each row as CSV.

            Each line has a row's number, from 0, and its class, or its numbers for a
            regression model. With -o, the output file appears under its name only when it
            is complete.

            A model of a table accepts raw rows: --data names a CSV table with the columns
            that the model was trained on, in any order. For a time series, there is a line
            for each row that ends a full window; the last line is the forecast.

            USAGE: fasttrain predict <model> [--data <file>] [--split <name>] [--delimiter <character>] [--no-header] [--unknown <name>] [--probabilities] [--top <n>] [--output <file>] [--threads <n>]

            ARGUMENTS:
              <model>                 A model or checkpoint file, or the folder of a run or
                                      search.

            OPTIONS:
              --data <file>           A data set made by fasttrain-data or, for a model of
                                      a table, a CSV table with the same columns. (default:
                                      the run's data for a folder, otherwise the built-in
                                      MNIST sample)
              --split <name>          Rows of the data set to use. (default: test) (values:
                                      train, test)
              --delimiter <character> For a table: the character between fields, or 'tab'.
                                      (default: a comma, or a tab for .tsv)
              --no-header             For a table: the first line is a row, not a header.
              --unknown <name>        For a table: how to handle categories that the model
                                      does not know. (values: refuse, ignore; default:
                                      refuse)
              --probabilities         Add the probability of each class.
              --top <n>               Show the n most probable classes, each with its
                                      probability.
              -o, --output <file>     The output file. (default: standard output)
              --threads <n>           Threads to compute with. (default: as many as CPUs
                                      may be used)
              --version               Show the version.
              -h, --help              Show help information.


            """)
    }

    @Test func inspect() throws {
        try expectHelp(
            of: ["inspect"],
            """
            OVERVIEW: Describe the content of a data set, model or checkpoint.

            Any safetensors file is accepted. The whole file is read and checked.

            USAGE: fasttrain inspect <file> [--json]

            ARGUMENTS:
              <file>                  The file.

            OPTIONS:
              --json                  Print the result as one JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """)
    }

    @Test func benchmark() throws {
        try expectHelp(
            of: ["benchmark"],
            """
            OVERVIEW: Measure how fast this machine trains, relative to its arithmetic
            peak.

            GFLOP/s counts the operations of a dense network, even if some were skipped.
            The peak is measured in the same process before and after training, and the
            higher value is used.

            USAGE: fasttrain benchmark [--workload <name>] [--seconds <s>] [--data <file>] [--threads <n>] [--precision <name>] [--profile] [--json]

            OPTIONS:
              --workload <name>       One of mnist-small, mnist-medium, mnist-wide,
                                      mnist-deep. (default: all of them)
              --seconds <s>           Seconds to train each workload. (default: 3.0)
              --data <file>           A data set with 784 features and 10 classes.
                                      (default: the built-in MNIST sample)
              --threads <n>           Threads to compute with. (default: as many as CPUs
                                      may be used)
              --precision <name>      Precision of the factors in matrix products and of
                                      the peak. (values: f32, bf16; default: f32)
              --profile               Show the time of each phase of a step by layer, and
                                      the fraction of the peak that its arithmetic reaches.
              --json                  Print the result as one JSON object.
              --version               Show the version.
              -h, --help              Show help information.


            """)
    }

    @Test func version() throws {
        let result = try Fasttrain.run(["--version"])
        #expect(result.stdout.hasPrefix("fasttrain "))
        #expect(result.status == 0)
        #expect(try Fasttrain.run(["train", "--version"]).stdout == result.stdout)
    }

    private func expectHelp(of command: [String], _ text: String) throws {
        let result = try Fasttrain.run(command + ["--help"])
        #expect(result.stdout == text)
        #expect(result.stderr.isEmpty)
        #expect(result.status == 0)
    }
}
