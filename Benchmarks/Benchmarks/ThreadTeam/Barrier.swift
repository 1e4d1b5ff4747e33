import Benchmark
import CThreadTeam

/// Declares a thousand barriers in one run of a team, without the start and the end of the run.
func declareBarrier(threads: Int) {
    Benchmark(
        "barrier: \(threads) threads",
        configuration: .init(
            metrics: [.wallClock], warmupIterations: 3, scalingFactor: .kilo, maxDuration: .milliseconds(500))
    ) { benchmark in
        let status = ft_team_run(
            Int32(threads), Int32(threads),
            { context, team, rank in
                let benchmark = Unmanaged<Benchmark>.fromOpaque(context!).takeUnretainedValue()
                guard ft_team_barrier(team) else { return 1 }
                if rank == 0 { benchmark.startMeasurement() }
                for _ in 0..<BenchmarkScalingFactor.kilo.rawValue {
                    guard ft_team_barrier(team) else { return 1 }
                }
                if rank == 0 { benchmark.stopMeasurement() }
                return 0
            }, Unmanaged.passUnretained(benchmark).toOpaque())
        if status != 0 { benchmark.error("the system does not give \(threads) threads") }
    }
}
