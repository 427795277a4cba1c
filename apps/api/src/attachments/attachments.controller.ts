import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CountsAsUpload } from '@liftdesk/throttling';
import type { Request, Response } from 'express';
import { type Actor, Caller } from '../auth/actor';
import { IF_MATCH, type IfMatch, IfMatchHeader, etagOf } from '../common/etag';
import { IdempotencyKeyHeader } from '../common/idempotency';
import {
  AttachmentDto,
  AttachmentLinkDto,
  AttachmentLinkQueryDto,
  AttachmentListDto,
} from './attachment.dto';
import { AttachmentsQuery } from './attachments.query';
import { AttachmentsService, type Stored } from './attachments.service';
import { UploadIntake } from './upload-intake';

const UPLOAD_BODY = {
  schema: {
    type: 'object' as const,
    required: ['attachments'],
    properties: {
      attachments: {
        type: 'array' as const,
        items: { type: 'string' as const, format: 'binary' },
        minItems: 1,
        maxItems: 5,
      },
    },
  },
};

@ApiTags('Attachments')
@ApiBearerAuth()
@Controller()
export class AttachmentsController {
  constructor(
    private readonly attachments: AttachmentsService,
    private readonly query: AttachmentsQuery,
    private readonly intake: UploadIntake,
  ) {}

  /** Stores files before there is a ticket or message to carry them: for the uploader alone until `attachmentIds` joins them. */
  @Post('attachments')
  @CountsAsUpload()
  @ApiConsumes('multipart/form-data')
  @ApiBody(UPLOAD_BODY)
  @ApiCreatedResponse({ type: AttachmentListDto })
  async stage(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Caller() actor: Actor,
    @IdempotencyKeyHeader() key: string | undefined,
  ): Promise<AttachmentListDto> {
    const stored = await this.intake.receive(request, response, (uploads) =>
      this.attachments.store(actor, uploads, null, key),
    );
    return tagged(response, stored);
  }

  @Post('tickets/:id/attachments')
  @CountsAsUpload()
  @ApiConsumes('multipart/form-data')
  @ApiBody(UPLOAD_BODY)
  @ApiHeader(IF_MATCH)
  @ApiCreatedResponse({ type: AttachmentListDto })
  async upload(
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Caller() actor: Actor,
    @IfMatchHeader() ifMatch: IfMatch,
    @IdempotencyKeyHeader() key: string | undefined,
  ): Promise<AttachmentListDto> {
    const ticket = await this.query.target(actor, id);
    const stored = await this.intake.receive(request, response, (uploads) =>
      this.attachments.store(actor, uploads, { ticket, ifMatch }, key),
    );
    return tagged(response, stored);
  }

  @Get('tickets/:id/attachments')
  @ApiOkResponse({ type: AttachmentListDto })
  list(@Param('id') id: string, @Caller() actor: Actor): Promise<AttachmentListDto> {
    return this.attachments.list(actor, id);
  }

  @Get('attachments/:id')
  @ApiOkResponse({ type: AttachmentDto })
  get(@Param('id') id: string, @Caller() actor: Actor): Promise<AttachmentDto> {
    return this.attachments.get(actor, id);
  }

  @Get('attachments/:id/download')
  @ApiResponse({ status: 302, description: 'To a signed URL that works without a token' })
  async download(@Param('id') id: string, @Caller() actor: Actor, @Res() response: Response): Promise<void> {
    const { url } = await this.attachments.link(actor, id, 'attachment');
    response.redirect(302, url);
  }

  @Get('attachments/:id/link')
  @ApiOkResponse({ type: AttachmentLinkDto })
  link(
    @Param('id') id: string,
    @Query() query: AttachmentLinkQueryDto,
    @Caller() actor: Actor,
  ): Promise<AttachmentLinkDto> {
    return this.attachments.link(actor, id, query.disposition);
  }

  @Delete('attachments/:id')
  @HttpCode(204)
  @ApiHeader(IF_MATCH)
  @ApiNoContentResponse()
  async delete(
    @Param('id') id: string,
    @Caller() actor: Actor,
    @IfMatchHeader() ifMatch: IfMatch,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const version = await this.attachments.delete(actor, id, ifMatch);
    if (version !== null) response.setHeader('ETag', etagOf(version));
  }
}

function tagged(response: Response, { items, version }: Stored): AttachmentListDto {
  if (version !== null) response.setHeader('ETag', etagOf(version));
  return { items };
}
