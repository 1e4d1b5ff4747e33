import Testing

@testable import FastTrain
@testable import FastTrainCLI

struct RunCardTests {
    private var card: RunCard {
        var recipe = Recipe()
        recipe.loss = .crossEntropy
        return RunCard(
            dataName: "mnist.safetensors", trainRows: 54_000, validationRows: 6000, testRows: 10_000,
            featureShape: [28, 28], task: .classification(classes: (0..<10).map(String.init)),
            network: Network(inputs: 784, hidden: [256, 128], outputs: 10), recipe: recipe, stepsPerEpoch: 422,
            threads: 2, instructionSet: .avx512, cpus: CPUs(count: 2, machine: 64, limit: "cpu.max"), folder: "run",
            stepsDone: 0)
    }

    @Test func classification() {
        #expect(
            card.text(style: .plain) == """
                data        mnist.safetensors, 28x28 features, 10 classes
                rows        54,000 training, 6,000 validation, 10,000 test
                network     784-256-128-10, relu, 235,146 parameters
                loss        cross-entropy
                optimizer   adam, learning rate 0.002 (cosine), betas 0.9 and 0.999, epsilon 1e-08
                minibatch   128 rows, 2 shards, 422 steps an epoch
                epochs      10, seed 1
                threads     2 on 2 of 64 CPUs, 3% (cpu.max), avx512
                output      run
                """)
    }

    @Test func settingsThatDifferFromTheDefaultsAreShown() {
        var card = card
        func lines() -> [Substring] { card.text(style: .plain).split(separator: "\n") }
        card.recipe.dropout = [0.2, 0.5]
        card.recipe.inputDropout = 0.1
        card.recipe.precision = .bf16
        card.recipe.accumulation = .tiles
        card.recipe.labelSmoothing = 0.1
        card.recipe.optimizer = .rmsprop
        card.recipe.schedule = .step
        card.recipe.gamma = 0.5
        card.recipe.decayEpochs = 3
        card.recipe.warmup = 1
        card.recipe.patience = 4
        card.recipe.monitor = .validationScore
        card.recipe.minDelta = 0.01
        card.recipe.l1 = 0.001
        card.recipe.clipValue = 0.5
        card.recipe.maxNorm = 3
        card.recipe.ema = 0.99
        #expect(
            lines()[2...5] == [
                "network     784-256-128-10, relu, dropout 0.2 and 0.5, input dropout 0.1, 235,146 parameters, "
                    + "products in bf16 added by tiles", "loss        cross-entropy, label smoothing 0.1",
                "optimizer   rmsprop, learning rate 0.002 (step 0.5 every 3 epochs, warm-up 1), decay 0.99, "
                    + "epsilon 1e-08, L1 0.001, gradient clipped at 0.5, max norm 3, weights averaged by 0.99",
                "minibatch   128 rows, 2 shards, 422 steps an epoch",
            ])
        #expect(lines()[6] == "epochs      10, seed 1, patience 4 by validation-score, min delta 0.01")
        card.recipe.patience = nil
        card.recipe.tol = 1e-4
        card.recipe.nIterNoChange = 10
        #expect(lines()[6] == "epochs      10, seed 1, tol 0.0001 in 10 epochs")
        card.recipe.optimizer = .lion
        card.recipe.schedule = .plateau
        card.recipe.warmup = 0
        #expect(
            lines()[4] == "optimizer   lion, learning rate 0.002 (plateau 0.5 after 3 epochs), betas 0.9 and 0.99, "
                + "L1 0.001, gradient clipped at 0.5, max norm 3, weights averaged by 0.99")
        (card.recipe.clipValue, card.recipe.clipNorm) = (nil, 2)
        #expect(lines()[4].contains("L1 0.001, gradient's norm clipped at 2, max norm 3"))
    }

    @Test func otherPhrases() {
        var card = card
        card.task = .regression(targets: ["y"])
        card.featureShape = [13]
        card.validationRows = 0
        card.testRows = 0
        card.network = Network(inputs: 13, hidden: [8], outputs: 1)
        card.recipe.hidden = [8]
        card.recipe.activation = [.leakyReLU]
        card.recipe.loss = .squaredError
        card.recipe.optimizer = .sgd
        card.recipe.nesterov = true
        card.recipe.weightDecay = 1e-4
        card.recipe.schedule = .oneCycle
        card.recipe.shuffle = false
        card.recipe.batchSize = 1
        card.recipe.shards = 1
        card.cpus = CPUs(count: 8, machine: 8, limit: "")
        card.instructionSet = .scalar
        card.folder = nil
        card.stepsDone = 1000
        #expect(
            card.text(style: .plain) == """
                data        mnist.safetensors, 13 features, 1 target
                rows        54,000 training
                network     13-8-1, leaky-relu 0.01, 121 parameters
                loss        squared-error
                optimizer   sgd, learning rate 0.002 (one-cycle), Nesterov momentum 0.9, weight decay 0.0001
                minibatch   1 row in file order, 1 shard, 422 steps an epoch
                epochs      10, seed 1
                threads     2 on 2 of 8 CPUs, 25%, scalar
                resumes     after step 1,000, with 2 epochs done
                """)
    }
}

struct RunResultTests {
    private var result: RunResult {
        var matrix = ConfusionMatrix(classes: ["a", "b"])
        for row in 0..<20 { matrix.add(label: row % 2, prediction: row == 3 ? 0 : row % 2) }
        let record = EpochRecord(
            epoch: 1, step: 9, trainLoss: 0.5, validationLoss: 0.25, validationAccuracy: 0.9, learningRate: 0.001,
            samplesPerSecond: 1000, seconds: 1.5)
        return RunResult(
            recipe: Recipe(), dataName: "pets.safetensors", hasTestRows: true, parameterCount: 12, threads: 2,
            instructionSet: .avx2, folder: "my run", history: [record], bestEpoch: 1,
            validation: Evaluation(samples: 10, loss: 0.25, score: .classification(matrix)),
            test: Evaluation(samples: 20, loss: 0.125, score: .classification(matrix)), interrupted: nil,
            ending: .epochs,
            checkpoint: "my run/checkpoints/step-0000000009.safetensors", seconds: 1.5)
    }

    @Test func reasonForTheEnd() {
        var result = result
        func headline() -> String {
            String(result.text(width: 80, style: .plain).split(separator: "\n")[0])
        }
        result.ending = .patience
        result.recipe.patience = 3
        #expect(
            headline() == "trained 1 of 10 epochs in 1.5 s, with no better validation loss in 3 epochs; "
                + "best by validation loss: epoch 1, kept as the model")
        #expect(result.json["ended_by"] == .string("patience"))
        result.recipe.monitor = .validationScore
        result.ending = .time
        #expect(
            headline() == "trained 1 of 10 epochs in 1.5 s, as many as the time limit allows; "
                + "best by validation accuracy: epoch 1, kept as the model")
        #expect(result.json["ended_by"] == .string("max-time"))
        result.recipe.monitor = .trainLoss
        result.bestEpoch = nil
        result.ending = .patience
        #expect(headline() == "trained 1 of 10 epochs in 1.5 s, with no better training loss in 3 epochs")
    }

    @Test func classification() {
        #expect(
            result.text(width: 80, style: .plain) == """
                trained 1 epoch in 1.5 s; best by validation loss: epoch 1, kept as the model

                              loss  accuracy
                training    0.5000
                validation  0.2500    95.00%
                test        0.1250    95.00%

                confusion matrix of the test rows: rows are true classes, columns predicted classes

                              a     b  recall
                a            10     .     100
                b             1     9    90.0
                precision  90.9   100

                model   my run/model.safetensors
                run     my run (recipe.json, history.jsonl, metrics.json, checkpoints)
                report  my run/report.html
                use it  fasttrain evaluate 'my run'
                        fasttrain predict 'my run' -o predictions.csv
                """)
    }

    @Test func regressionWithoutAFolder() {
        var result = result
        result.folder = nil
        result.bestEpoch = nil
        result.validation = nil
        result.test = Evaluation(samples: 20, loss: 0.125, score: .regression(r2: 0.75))
        #expect(
            result.text(width: 80, style: .plain) == """
                trained 1 epoch in 1.5 s

                            loss      R2
                training  0.5000
                test      0.1250  0.7500

                nothing was saved; use --output DIR to keep the model
                """)
    }

    @Test func eventFilesAreNamed() {
        var result = result
        result.eventFolder = "my logs"
        let text = result.text(width: 80, style: .plain)
        #expect(text.contains("\nreport  my run/report.html\ncurves  tensorboard --logdir 'my logs'\nuse it"))
        #expect(result.interruption(by: 2).hasSuffix("resume with: fasttrain resume 'my run' --tensorboard 'my logs'"))
        result.folder = nil
        #expect(
            result.text(width: 80, style: .plain).hasSuffix(
                "\n\ncurves  tensorboard --logdir 'my logs'\n\nno model was saved; use --output DIR to keep it"))
    }

    @Test func asJSON() {
        let json = result.json
        #expect(json["data"] == .string("pets.safetensors"))
        #expect(json["test_accuracy"] == .number(0.95))
        #expect(json["confusion_matrix"]?.text == "[[10,0],[1,9]]")
        #expect(json["model"] == .string("my run/model.safetensors"))
        #expect(json["interrupted"] == .null)
        #expect(json["history"]?.text.contains("\"validation_loss\":0.25") == true)
        #expect(json["recipe"]?["batch_size"] == .integer(128))
    }

    @Test func interruption() {
        var result = result
        result.interrupted = 2
        #expect(
            result.interruption(by: 2)
                == "interrupted by SIGINT; saved my run/checkpoints/step-0000000009.safetensors; "
                + "resume with: fasttrain resume 'my run'")
        result.folder = nil
        #expect(
            result.interruption(by: 15)
                == "interrupted by SIGTERM; nothing was saved because there is no output folder (--output)")
        #expect(result.json["model"] == .null)
        #expect(result.json["interrupted"] == .string("SIGINT"))
    }
}

struct BenchmarkTableTests {
    @Test func textAndJSON() {
        let result = Benchmark.Result(
            workload: "mnist-small", processes: 1, threads: 2, instructionSet: "avx2", precision: .bf16,
            accumulation: .tiles, samplesPerSecond: 512_345.5, gflops: 303.125, peakGflops: 606.25, exchange: nil,
            phases: [],
            plan: nil)
        #expect(
            BenchmarkTable.text([result], style: .plain) == """
                workload     threads  samples/s  GFLOP/s  peak  of peak
                mnist-small        2    512,346      303   606    50.0%

                instruction set: avx2
                precision: bf16 added by tiles
                """)
        #expect(
            result.json.text
                == #"{"workload":"mnist-small","processes":1,"threads":2,"samples_per_second":512345.5,"gflops":303.125,"#
                + #""peak_gflops":606.25,"fraction_of_peak":0.5,"instruction_set":"avx2","precision":"bf16","#
                + #""accumulation":"tiles"}"#)
    }

    @Test func severalProcessesShowTheirExchange() {
        let result = Benchmark.Result(
            workload: "mnist-wide", processes: 4, threads: 2, instructionSet: "avx2", precision: .f32,
            accumulation: nil, samplesPerSecond: 5000, gflops: 300, peakGflops: 600,
            exchange: ExchangeLoad(share: 0.25, imbalance: 0.125), phases: [], plan: nil)
        let text = BenchmarkTable.text([result], style: .plain)
        #expect(text.contains("mnist-wide    4 × 2"))
        #expect(
            text.contains(
                "mnist-wide: waiting for other processes 25.0% of the time, "
                    + "the busiest computes 12.5% longer than the average"))
        #expect(result.json["exchange_share"] == .number(0.25))
        #expect(result.json["imbalance"] == .number(0.125))
    }

    private let finding = PlanFinding(
        layer: 1, subject: "input", kept: "lists", tried: "numbers", isChanged: true, time: 125e-6, timeTried: 100e-6,
        ratio: 0.803, pairs: 7)

    private func plan(_ source: PlanSummary.Source, isComplete: Bool = true, _ findings: [PlanFinding]) -> PlanSummary {
        PlanSummary(
            source: source, isComplete: isComplete,
            choices: PlanChoices(
                panelLayers: 1, featureBlockWidth: 64,
                layers: [
                    PlanChoices.Layer(input: .lists, delta: .numbers, gradient: .outerProducts, inputsPerBlock: 128),
                    PlanChoices.Layer(input: .numbers, delta: .numbers, gradient: .dense, inputsPerBlock: 64),
                ]), findings: findings, seconds: 0.0125)
    }

    @Test func aPlanIsShownWithItsReasons() {
        let whole = PlanFinding(
            layer: nil, subject: "plan", kept: "measured", tried: "constants", isChanged: false, time: 1e-3,
            timeTried: 1.1e-3, ratio: 1.1, pairs: 7)
        #expect(
            PlanTable.lines(plan(.measured, [finding, whole]), of: "mnist-small", style: .plain)
                .joined(separator: "\n") == """
                    mnist-small, plan: measured, 12.5 ms lost to measuring
                    comparison  layer  way          µs  other way     µs  ratio  result
                    input           2  lists       125  numbers      100   0.80  changed
                    plan               measured  1,000  constants  1,100   1.10  kept
                    layer  input    delta    gradient       block
                        1  lists    numbers  outerProducts    128
                        2  numbers  numbers  dense             64
                    layers by panels: 1, feature blocks: 64 columns
                    """)
        let first = { (plan: PlanSummary) in PlanTable.lines(plan, of: "x", style: .plain)[0] }
        #expect(first(plan(.remembered, [])) == "x, plan: remembered from an earlier run")
        #expect(
            first(plan(.constants, isComplete: false, [])) == "x, plan: the constants', not all candidates measured yet"
        )
    }

    @Test func aPlanAsJSON() {
        #expect(
            plan(.measured, [finding]).json.text
                == #"{"source":"measured","complete":true,"measuring_seconds":0.0125,"panel_layers":1,"#
                + #""feature_block_width":64,"layers":[{"input":"lists","delta":"numbers","#
                + #""gradient":"outerProducts","inputs_per_block":128},{"input":"numbers","delta":"numbers","#
                + #""gradient":"dense","inputs_per_block":64}],"comparisons":[{"comparison":"input","layer":2,"#
                + #""way":"lists","microseconds":125.0,"other_way":"numbers","other_microseconds":100.0,"#
                + #""ratio":0.803,"pairs":7,"changed":true}]}"#)
    }
}
