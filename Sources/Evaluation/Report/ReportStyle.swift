/// How the page around the figures looks: on a desk, on a phone, on paper.
enum ReportStyle {
    static let page = """

        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);
        font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        main{max-width:1180px;margin:0 auto;padding:1.6rem 1.2rem 3rem}
        .brand{margin:0;color:var(--muted);font-size:.85rem;letter-spacing:.08em;text-transform:uppercase}
        h1{margin:.1rem 0 .3rem;font-size:1.9rem;line-height:1.2}
        h2{margin:2.2rem 0 .8rem;padding-top:1.1rem;border-top:1px solid var(--grid);font-size:1.25rem}
        h3{margin:1.2rem 0 .4rem;font-size:1rem}
        .lead{margin:0 0 1rem;color:var(--muted);max-width:46rem;overflow-wrap:anywhere}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:.7rem}
        .card{display:flex;flex-direction:column;padding:.7rem .9rem;background:var(--panel);border-radius:8px}
        .card .name,.card .note{color:var(--muted);font-size:.8rem;line-height:1.35}
        .card strong{font-size:1.5rem;line-height:1.35;font-variant-numeric:tabular-nums}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(330px,100%),1fr));gap:1.4rem 1.6rem;align-items:start}
        figure{margin:0;break-inside:avoid}
        .tall{grid-row:span 2}
        figure svg{display:block;width:100%;height:auto}
        figcaption{margin-top:.25rem;color:var(--muted);font-size:.84rem;line-height:1.4}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
        th,td{padding:.32rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}
        thead th{color:var(--muted);font-weight:500}
        th:first-child{text-align:left}
        tbody th{font-weight:500}
        details{margin-top:1.2rem}
        summary{cursor:pointer;color:var(--muted)}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.3rem 0 1rem;font-size:.9rem}
        dt{color:var(--muted)}
        dd{margin:0;overflow-wrap:anywhere}
        .protocol ul{margin:0;padding-left:1.1rem;color:var(--muted);font-size:.9rem}
        footer{margin-top:2.4rem;color:var(--muted);font-size:.8rem}
        @media print{
        @page{margin:14mm}
        body{font-size:11pt}
        main{max-width:none;padding:0}
        .figures{grid-template-columns:repeat(2,1fr)}
        .cards{grid-template-columns:repeat(5,1fr)}
        .card{padding:.4rem .5rem}
        .card strong{font-size:1.15rem}
        .scroll{overflow:visible}
        table{font-size:8pt}
        th,td{padding:.2rem .3rem;white-space:normal}
        .card{border:1px solid var(--grid)}
        h2{break-after:avoid}
        tr{break-inside:avoid}
        }

        """
}
