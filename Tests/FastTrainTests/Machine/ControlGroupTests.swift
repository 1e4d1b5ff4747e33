import Foundation
import Platform
import Testing

@testable import FastTrain

/// Trees of control groups as Linux shows them, made of ordinary files. Tests/Faults/cgroups.py uses real ones where
/// possible.
@Suite struct ControlGroupTests {
    /// Creates the tree of `files`, which holds their contents by path below the mount point, for a process that
    /// `membership` describes.
    private func tree(
        _ membership: String, _ files: [String: String], _ check: (ControlGroup) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fasttrain-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = folder.appendingPathComponent("root")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for (path, content) in files {
            let url = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data((content + "\n").utf8).write(to: url)
        }
        let list = folder.appendingPathComponent("cgroup")
        try Data((membership + "\n").utf8).write(to: list)
        try check(ControlGroup(membership: list.path, root: root.path))
    }

    @Test func aContainerSeesItsOwnLimits() throws {
        try tree("0::/", ["cpu.max": "200000 100000", "memory.max": "1000000"]) { group in
            #expect(CPUs.quota(group) == 2)
            #expect(MemoryLimit.usable(group) == 1_000_000)
        }
    }

    @Test func theTightestGroupCounts() throws {
        let files = [
            "cpu.max": "max 100000", "a/cpu.max": "150000 50000", "a/b/cpu.max": "max 100000",
            "a/b/c/cpu.max": "800000 100000", "a/memory.max": "5000000", "a/b/memory.max": "max",
            "a/b/c/memory.max": "7000000", "other/cpu.max": "100000 100000", "other/memory.max": "1",
        ]
        try tree("0::/a/b/c", files) { group in
            #expect(CPUs.quota(group) == 3)
            #expect(MemoryLimit.usable(group) == 5_000_000)
        }
    }

    /// Version 1 has a hierarchy for each controller, which may be named together with others.
    @Test func separateHierarchiesAreRead() throws {
        let files = [
            "cpu/x/cpu.cfs_quota_us": "250000", "cpu/x/cpu.cfs_period_us": "100000", "cpu/cpu.cfs_quota_us": "-1",
            "cpu/cpu.cfs_period_us": "100000", "memory/y/memory.limit_in_bytes": "3000000",
            "memory/memory.limit_in_bytes": "9223372036854771712",
        ]
        try tree("9:name=systemd:/z\n4:memory:/y\n3:cpuacct,cpu:/x\n0::/", files) { group in
            #expect(CPUs.quota(group) == 2.5)
            #expect(MemoryLimit.usable(group) == 3_000_000)
        }
    }

    /// No limit, no group, and a group whose folder is not visible inside a container.
    @Test func missingInformationIsNoLimit() throws {
        let machine = Double(ProcessInfo.processInfo.physicalMemory)
        for (membership, files) in [
            ("0::/", ["cpu.max": "max 100000", "memory.max": "max"]), ("0::/", [:]), ("", ["memory.max": "1"]),
            ("nonsense", ["memory.max": "1"]), ("0::/gone", ["memory.max": "nonsense", "cpu.max": "0 0"]),
        ] as [(String, [String: String])] {
            try tree(membership, files) { group in
                #expect(CPUs.quota(group) == nil, "\(membership)")
                #expect(MemoryLimit.usable(group) == machine, "\(membership)")
            }
        }
    }
}
