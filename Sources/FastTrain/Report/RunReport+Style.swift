extension RunReport {
    /// The style sheet, light or dark as the reader's system requests, and light on paper. Color-blind readers can also
    /// tell blue and orange apart.
    static let style: StaticString = """

        :root {
          color-scheme: light dark;
          --page: #faf9f6; --card: #ffffff; --ink: #1f2026; --quiet: #676a75; --rule: #e3e1da;
          --blue: #0072b2; --orange: #c8550a; --on-fill: #ffffff;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #131419; --card: #1b1d24; --ink: #ececf0; --quiet: #9a9daa; --rule: #30333d;
            --blue: #58b1e6; --orange: #f2994a; --on-fill: #10131a;
          }
        }
        @media print {
          :root {
            --page: #ffffff; --card: #ffffff; --ink: #1f2026; --quiet: #676a75; --rule: #d8d6cf;
            --blue: #0072b2; --orange: #c8550a; --on-fill: #ffffff;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; print-color-adjust: exact; -webkit-print-color-adjust: exact;
        }
        main { max-width: 1080px; margin: 0 auto; padding: 48px 24px 72px; }
        p { margin: 0; }
        b { unicode-bidi: isolate; }
        .overline {
          font-size: 12px; font-weight: 650; letter-spacing: 0.12em; text-transform: uppercase; color: var(--blue);
        }
        h1 {
          margin: 6px 0 10px; font-size: clamp(26px, 4.6vw, 42px); line-height: 1.15; font-weight: 680;
          letter-spacing: -0.02em;
        }
        h1 .on { color: var(--quiet); font-weight: 400; }
        h2 { margin: 0; font-size: 22px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
        h3 { margin: 26px 0 0; font-size: 16px; font-weight: 650; }
        .lead { max-width: 66ch; font-size: 17px; color: var(--quiet); }
        .note { max-width: 74ch; margin-top: 6px; font-size: 14.5px; color: var(--quiet); }
        .quiet { color: var(--quiet); }
        section { margin-top: 44px; padding-top: 26px; border-top: 1px solid var(--rule); }

        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 12px; margin-top: 26px; }
        .tile { padding: 14px 16px 13px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
        .tile .name { font-size: 13px; color: var(--quiet); }
        .tile .figure {
          margin: 1px 0; font-size: 27px; line-height: 1.25; font-weight: 640; letter-spacing: -0.02em;
          font-variant-numeric: tabular-nums; white-space: nowrap;
        }
        .tile.main .figure { color: var(--blue); }
        .tile .detail { font-size: 12.5px; line-height: 1.35; color: var(--quiet); }

        figure { margin: 0; break-inside: avoid; }
        .charts {
          display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 18px; margin-top: 18px;
        }
        .charts figure { padding: 14px 16px 10px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
        .charts figcaption { margin-bottom: 8px; font-size: 14.5px; font-weight: 620; }
        svg { display: block; width: 100%; height: auto; overflow: visible; }
        svg text { font-size: 12px; fill: var(--quiet); font-variant-numeric: tabular-nums; }
        svg .name { font-size: 12.5px; }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--quiet); stroke-width: 1; }
        .reference { stroke: var(--ink); stroke-width: 1.3; stroke-dasharray: 3 4; opacity: 0.7; }
        .curve { fill: none; stroke: var(--ink); stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
        .curve.training { stroke: var(--blue); }
        .curve.validation { stroke: var(--orange); }
        .dot { fill: var(--ink); }
        .dot.training { fill: var(--blue); }
        .dot.validation { fill: var(--orange); }
        .hidden { fill: transparent; }
        .ring { fill: var(--card); stroke: var(--orange); stroke-width: 2.4; }
        svg text.series { font-size: 12.5px; font-weight: 620; fill: var(--ink); }
        svg text.series.training { fill: var(--blue); }
        svg text.series.validation { fill: var(--orange); }
        .cloud { fill: none; stroke: var(--blue); stroke-width: 5; stroke-linecap: round; opacity: 0.5; }
        .bar { fill: var(--blue); }

        .wide { overflow-x: auto; margin-top: 18px; }
        .heat { min-width: 300px; }
        .heat .right rect { fill: var(--blue); }
        .heat .wrong rect { fill: var(--orange); }
        .heat .none rect { fill: var(--quiet); }
        .heat .tick { fill: var(--ink); }
        .heat .count { fill: var(--ink); font-size: 11.5px; pointer-events: none; }
        .heat .count.strong { fill: var(--on-fill); font-weight: 600; }

        .beside { display: grid; gap: 8px 44px; align-items: start; }
        .beside > * { min-width: 0; }
        @media (min-width: 860px) { .beside { grid-template-columns: 58fr 42fr; } }
        .pairs h3 { margin-top: 24px; }
        .pairs ol { max-width: 340px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 15px; }
        .pairs li { padding: 5px 0; border-bottom: 1px solid var(--rule); break-inside: avoid; }
        .pairs .times { float: right; font-variant-numeric: tabular-nums; }

        table { border-collapse: collapse; font-size: 15px; font-variant-numeric: tabular-nums; }
        .classes { width: 100%; max-width: 720px; }
        .classes th, .classes td { padding: 6px 12px; text-align: right; border-bottom: 1px solid var(--rule); }
        .classes thead th { font-size: 13px; font-weight: 500; color: var(--quiet); white-space: nowrap; }
        .classes th:first-child { padding-left: 0; text-align: left; min-width: 4.2em; }
        .classes td { white-space: nowrap; }
        .classes tbody th { font-weight: 620; }
        .classes td:last-child, .classes th:last-child { padding-right: 0; }
        .meter { width: 22%; min-width: 60px; }
        .meter span { display: block; height: 7px; border-radius: 4px; background: var(--orange); }
        tr { break-inside: avoid; }

        .mistakes {
          display: grid; grid-template-columns: repeat(12, 1fr); gap: 16px 12px; margin-top: 18px;
          font-size: 13.5px; line-height: 1.35;
        }
        .mistakes.plain { grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 6px 20px; font-size: 14.5px; }
        .mistakes .wrong { color: var(--orange); }
        .mistakes .quiet { white-space: nowrap; }
        .mistakes:not(.plain) .quiet { display: block; font-size: 12.5px; }
        .pixels {
          display: block; width: 100%; height: auto; border-radius: 6px; image-rendering: pixelated;
        }
        .mistakes .pixels { margin-bottom: 5px; }
        .units { display: grid; grid-template-columns: repeat(12, 1fr); gap: 8px; margin-top: 18px; }
        .units .pixels { background: var(--card); border: 1px solid var(--rule); break-inside: avoid; }

        .settings { columns: 3 250px; column-gap: 36px; margin: 16px 0 0; font-size: 14.5px; }
        .settings div {
          display: flex; justify-content: space-between; gap: 14px; padding: 5px 0; border-bottom: 1px solid var(--rule);
          break-inside: avoid;
        }
        .settings dt { color: var(--quiet); white-space: nowrap; }
        .settings dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
        .settings .set dd { font-weight: 680; }

        @media screen and (prefers-color-scheme: dark) { .units .pixels { filter: brightness(1.35); } }
        @media (max-width: 860px) { .mistakes, .units { grid-template-columns: repeat(8, 1fr); } }
        @media (max-width: 600px) {
          .mistakes { grid-template-columns: repeat(4, 1fr); }
          .units { grid-template-columns: repeat(6, 1fr); gap: 6px; }
          main { padding: 28px 16px 48px; }
          section { margin-top: 34px; padding-top: 20px; }
          .tiles { grid-template-columns: repeat(2, 1fr); gap: 9px; }
          .tile .figure { font-size: 23px; }
          .charts figure { padding: 12px 10px 8px; }
          .charts svg text { font-size: 14px; }
          .charts svg text.series { font-size: 14px; }
          .classes th, .classes td { padding: 6px 7px; }
          .classes { font-size: 14px; }
          .meter { min-width: 36px; }
          .tile.main { grid-column: 1 / -1; }
          .tile.main .figure { font-size: 32px; }
        }
        @media print {
          main { max-width: none; padding: 0; }
          body { font-size: 13px; }
          section { margin-top: 22px; padding-top: 14px; }
          h2, .note { break-after: avoid; break-inside: avoid; }
          .settings { font-size: 12px; }
          .settings div { padding: 3px 0; }
          .beside { break-inside: avoid; }
          .charts, .beside { grid-template-columns: 1fr 1fr; }
          .tiles { grid-template-columns: repeat(5, 1fr); }
          .tile { padding: 9px 10px; }
          .tile .figure { font-size: 20px; }
          .mistakes:not(.plain), .units { grid-template-columns: repeat(12, 1fr); gap: 8px; font-size: 11px; }
          .classes { font-size: 12.5px; }
          .classes th, .classes td { padding-top: 3.5px; padding-bottom: 3.5px; }
          .pairs ol { font-size: 12.5px; }
          .pairs h3 { margin-top: 0; }
          .heat { max-width: 460px !important; }
          .wide { overflow: visible; }
        }

        """
}
