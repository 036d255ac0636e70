# The site's code and packages; every service of docker-compose.yml is this image with another command.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN useradd --system --uid 10001 --no-create-home feedsite && install -d -o feedsite /data

USER feedsite
ENV DATA_DIR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000 8001
CMD ["python", "-m", "feedsite.processes", "web"]
