/** A Nest controller that does nothing but answer what it is given in a file: the same bytes as the API, at no cost of its own. */
import 'reflect-metadata';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readFileSync } from 'node:fs';
import type { RecordedAnswers } from '../recorded-answers';

const [answersFile = '', port = '0'] = process.argv.slice(2);
const answers = JSON.parse(readFileSync(answersFile, 'utf8')) as RecordedAnswers;

@Controller()
class BareController {
  @Get('health/ready')
  ready(): unknown {
    return { status: 'ready' };
  }

  @Get('api/tickets')
  list(@Query('q') q: string | undefined): unknown {
    return q === undefined ? answers.list : answers.search;
  }

  @Get('api/tickets/:id')
  ticket(@Param('id') _id: string): unknown {
    return answers.ticket;
  }

  @Get('api/tickets/:id/messages')
  messages(@Param('id') _id: string): unknown {
    return answers.messages;
  }

  @Post('api/tickets')
  create(@Body() _body: unknown): unknown {
    return answers.created;
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(BareModule, { logger: false });
  await app.listen(Number(port), '127.0.0.1');
}

void main();
