from pathlib import Path
def test_x(blog, run_pytest):
    blog.write("test_it.py", Path("/tmp/t1.py").read_text())
    for url in ("", "minimig_url = postgresql://postgres@127.0.0.1:5432/postgres", "minimig_url=mysql://root@127.0.0.1:3306/"):
        r = run_pytest("--minimig", "-v", settings=url)
